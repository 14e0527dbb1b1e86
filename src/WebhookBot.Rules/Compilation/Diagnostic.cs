using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Compilation;

/// <summary>How bad a diagnostic is. Only errors keep a rule set from being used.</summary>
public enum Severity
{
    Warning,
    Error,
}

/// <summary>A mistake of the rule author's, told with its place and, where there is one, the mend.</summary>
/// <param name="Position">Where.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Code">One of <see cref="DiagnosticCode"/>; stable, so that it can be searched for.</param>
/// <param name="Message">In words for a person.</param>
public sealed record Diagnostic(SourcePosition Position, Severity Severity, string Code, string Message)
{
    /// <summary>One line, whatever the file holds: <c>rules/alerts.yml(12,9): error WB0104: unknown operator 'iss'; did you mean 'is'?</c></summary>
    public override string ToString() =>
        ExplanationText.Harmless($"{Position}: {(Severity == Severity.Error ? "error" : "warning")} {Code}: {Message}");
}

/// <summary>The codes of all diagnostics. A code is never given a second meaning.</summary>
public static class DiagnosticCode
{
    public const string YamlSyntax = "WB0001";
    public const string FileTooLarge = "WB0002";
    public const string FileUnreadable = "WB0003";
    public const string AnchorOrAlias = "WB0004";
    public const string Tag = "WB0005";
    public const string DuplicateKey = "WB0006";
    public const string TooDeep = "WB0007";
    public const string NotAMapping = "WB0008";
    public const string SeveralDocuments = "WB0009";
    public const string UnknownSection = "WB0010";
    public const string NotInThisVersion = "WB0011";

    public const string UnknownKey = "WB0100";
    public const string MissingKey = "WB0101";
    public const string WrongKind = "WB0102";
    public const string DuplicateName = "WB0103";
    public const string UnknownOperator = "WB0104";
    public const string BadName = "WB0105";
    public const string BadValue = "WB0106";

    public const string BadTrigger = "WB0110";
    public const string UnknownSource = "WB0111";

    public const string BadFieldPath = "WB0120";
    public const string UnknownFact = "WB0121";
    public const string BadPattern = "WB0122";
    public const string BadDuration = "WB0123";
    public const string BadTimeWindow = "WB0124";
    public const string TooManyConditions = "WB0125";

    public const string UnknownAction = "WB0130";
    public const string UnknownArgument = "WB0131";
    public const string MissingArgument = "WB0132";
    public const string BadArgument = "WB0133";
    public const string BadTemplate = "WB0134";
    public const string UnescapedTemplate = "WB0135";

    public const string UnknownPreset = "WB0140";
    public const string BadVerification = "WB0141";
    public const string SecretInRuleFile = "WB0142";

    public const string BadTest = "WB0150";

    public const string UndoneByAnotherRule = "WB0170";
    public const string TriggersItself = "WB0171";
    public const string NeverMatches = "WB0172";
    public const string DuplicateRule = "WB0173";
    public const string RepeatedStep = "WB0174";

    public const string BadSchedule = "WB0180";
    public const string BadTiming = "WB0181";
    public const string UnknownVariable = "WB0182";
    public const string BadTextFile = "WB0183";
    public const string BadRetry = "WB0184";
    public const string NobodyIsTold = "WB0185";
    public const string RuleHasEnded = "WB0186";
    public const string ConstantKey = "WB0187";

    public const string UnknownEvent = "WB0160";
    public const string UnknownEventAction = "WB0161";
    public const string EventWithoutAction = "WB0162";
    public const string EventHasNoActions = "WB0163";
    public const string UnknownField = "WB0164";
    public const string FieldOfSomeEvents = "WB0165";
    public const string WrongFieldType = "WB0166";
    public const string UnknownTemplateField = "WB0167";
    public const string NearlyKnownField = "WB0168";
}
