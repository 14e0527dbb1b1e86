using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Language;

/// <summary>What each code of a diagnostic means, in one line.</summary>
public static class DiagnosticTable
{
    /// <summary>In the order of the codes.</summary>
    public static IReadOnlyList<(string Code, string Meaning)> All { get; } =
    [
        (DiagnosticCode.YamlSyntax, "The file is not valid YAML."),
        (DiagnosticCode.FileTooLarge, "The file is larger than 256 KB."),
        (DiagnosticCode.FileUnreadable, "The file cannot be read, is not UTF-8, or is a link that leads out of the folder."),
        (DiagnosticCode.AnchorOrAlias, "An anchor (`&name`) or an alias (`*name`); write the value out. A text that begins with a star wants quotes."),
        (DiagnosticCode.Tag, "A YAML tag (`!!str`)."),
        (DiagnosticCode.DuplicateKey, "A key stands a second time in the same mapping."),
        (DiagnosticCode.TooDeep, "The file is nested deeper than 32 levels."),
        (DiagnosticCode.NotAMapping, "The file is no mapping."),
        (DiagnosticCode.SeveralDocuments, "The file holds a second document (`---`)."),
        (DiagnosticCode.UnknownSection, "No section of a rule file is called that."),
        (DiagnosticCode.NotInThisVersion, "Part of the language, but not of this version of the bot."),
        (DiagnosticCode.UnknownKey, "No key of this mapping is called that."),
        (DiagnosticCode.MissingKey, "A key that must be there is missing."),
        (DiagnosticCode.WrongKind, "A list where a mapping belongs, a text where a number belongs, and the like."),
        (DiagnosticCode.DuplicateName, "Two rules, sources, variables, people or grants have the same name."),
        (DiagnosticCode.UnknownOperator, "No operator is called that, or an option stands without its operator."),
        (DiagnosticCode.BadName, "A name with characters that names do not have, or one that the bot uses itself."),
        (DiagnosticCode.BadValue, "A value that this key does not take."),
        (DiagnosticCode.BadTrigger, "This names no event; it is written `source.type.action`."),
        (DiagnosticCode.UnknownSource, "No file defines a source of that name."),
        (DiagnosticCode.BadFieldPath, "This is no path to a field."),
        (DiagnosticCode.UnknownFact, "No fact is called that."),
        (DiagnosticCode.BadPattern, "A glob or a regular expression that cannot be used."),
        (DiagnosticCode.BadDuration, "This is no duration, or it is too long here."),
        (DiagnosticCode.BadTimeWindow, "This is no weekly window, or no time zone."),
        (DiagnosticCode.TooManyConditions, "A rule has more than 64 conditions."),
        (DiagnosticCode.UnknownAction, "No action is called that."),
        (DiagnosticCode.UnknownArgument, "The action has no argument of that name."),
        (DiagnosticCode.MissingArgument, "The action needs an argument that is not there."),
        (DiagnosticCode.BadArgument, "The argument does not take such a value."),
        (DiagnosticCode.BadTemplate, "The template cannot be read, or calls a helper that does not exist."),
        (DiagnosticCode.UnescapedTemplate, "Warning: `{{{…}}}` writes out what the sender wrote, unescaped."),
        (DiagnosticCode.UnknownPreset, "No preset is called that."),
        (DiagnosticCode.BadVerification, "The way to verify is incomplete, contradicts itself, or would verify nothing."),
        (DiagnosticCode.SecretInRuleFile, "A secret where the name of a setting belongs."),
        (DiagnosticCode.BadTest, "A rule test that cannot be read."),
        (DiagnosticCode.UnknownEvent, "Warning: no event type of this sender is known by that name."),
        (DiagnosticCode.UnknownEventAction, "The event has no such action."),
        (DiagnosticCode.EventWithoutAction, "The event has actions, and one of them or `*` must be named."),
        (DiagnosticCode.EventHasNoActions, "The event has no actions."),
        (DiagnosticCode.UnknownField, "None of the rule's events has such a field."),
        (DiagnosticCode.FieldOfSomeEvents, "Warning: some of the rule's events lack the field, so the condition never holds for them."),
        (DiagnosticCode.WrongFieldType, "The field can never equal that value, or the operator does not fit its type."),
        (DiagnosticCode.UnknownTemplateField, "Warning: a template reads a field that the events lack, or that is always empty there."),
        (DiagnosticCode.BadSchedule, "This is no schedule, it never comes, or there is a second one."),
        (DiagnosticCode.BadTiming, "Time keys that do not go together, or a number that is out of bounds."),
        (DiagnosticCode.UnknownVariable, "No file defines a variable of that name."),
        (DiagnosticCode.BadTextFile, "The text file cannot be read, or stands outside of the rules folder."),
        (DiagnosticCode.BadRetry, "This is no way to retry."),
        (DiagnosticCode.NobodyIsTold, "Warning: the rule ends on a day and has no owner who is told."),
    ];
}
