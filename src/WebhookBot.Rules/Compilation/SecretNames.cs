using System.Text.RegularExpressions;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Sources;

namespace WebhookBot.Rules.Compilation;

/// <summary>Reads the names of settings that hold secrets, each with or without the day it ends.</summary>
internal static partial class SecretNames
{
    public static IEnumerable<SecretReference> Read(YamlNode? node, DiagnosticBag diagnostics) => node switch
    {
        null => [],
        YamlSequence { Items.Count: 0 } => Empty(node, diagnostics),
        YamlSequence list => list.Items.Select(i => One(i, diagnostics)).OfType<SecretReference>().ToList(),
        _ => One(node, diagnostics) is { } one ? [one] : [],
    };

    private static IEnumerable<SecretReference> Empty(YamlNode node, DiagnosticBag diagnostics)
    {
        diagnostics.WrongKind(node, "the name of a setting, or a list of them");
        return [];
    }

    private static SecretReference? One(YamlNode node, DiagnosticBag diagnostics)
    {
        if (node is not YamlMapping mapping)
        {
            return Name(node, diagnostics) is { } name ? new SecretReference(name) : null;
        }

        Shape.Keys(mapping, "a secret", SourceKeys.Secret, diagnostics);
        if (mapping["name"] is not { } named)
        {
            if (ForeignKeys.StandFor(SourceKeys.Secret, mapping, "name"))
            {
                return null;
            }

            diagnostics.Error(mapping.Position, DiagnosticCode.MissingKey, "a secret that ends is written { name: OLD_SECRET, until: 2027-01-31 }");
            return null;
        }

        return Name(named, diagnostics) is { } setting ? new SecretReference(setting, mapping["until"] is { } until ? End(until, diagnostics) : null) : null;
    }

    private static string? Name(YamlNode node, DiagnosticBag diagnostics)
    {
        if (node is not YamlScalar { Kind: not ScalarKind.Null } name)
        {
            diagnostics.WrongKind(node, "the name of a setting");
            return null;
        }

        Check(name, diagnostics);
        return name.Text;
    }

    /// <summary>Reports a text that is no name of a setting, or is the secret itself. What it says is never repeated.</summary>
    public static void Check(YamlScalar name, DiagnosticBag diagnostics)
    {
        if (Reference().Match(name.Text) is { Success: true } reference)
        {
            diagnostics.Error(name.Position, DiagnosticCode.SecretInRuleFile, $"this takes the NAME of a setting as it is, without signs around it: {reference.Groups["name"].Value}");
        }
        else if (IsSecret(name.Text))
        {
            diagnostics.Error(name.Position, DiagnosticCode.SecretInRuleFile, "this looks like a secret itself: a rule file names a setting, such as GITHUB_WEBHOOK_SECRET, and never holds the secret; replace the secret at its sender's if this file was ever shared");
        }
        else if (!SettingPattern().IsMatch(name.Text))
        {
            diagnostics.Error(name.Position, DiagnosticCode.SecretInRuleFile, "this is the NAME of a setting such as GITHUB_WEBHOOK_SECRET, never the secret itself");
        }
    }

    /// <summary>Whether the text is what senders hand out as a secret, or as random as one: long, of mixed letters, with digits all over.</summary>
    public static bool IsSecret(string text) => VendorSecret().IsMatch(text) || (text.Length >= 20 && Unbroken().IsMatch(text) && IsRandom(text));

    /// <summary>Whether a text has in it what senders hand out as a secret.</summary>
    public static bool HoldsSecret(string text) => SecretInside().IsMatch(text);

    // Words keep to one kind of letter for a while; what is drawn at random does not, and has digits all over.
    private static bool IsRandom(string text)
    {
        var changes = Enumerable.Range(1, text.Length - 1).Count(i => Kind(text[i]) != Kind(text[i - 1]));
        return changes > text.Length * 0.45 || (DigitRun().Count(text) >= 3 && (text.All(char.IsLetterOrDigit) || (text.Any(char.IsLower) && text.Any(char.IsUpper))));
    }

    private static char Kind(char c) => char.IsAsciiDigit(c) ? '0' : char.IsUpper(c) ? 'A' : 'a';

    // The last day counts, in UTC.
    private static DateTimeOffset? End(YamlNode node, DiagnosticBag diagnostics) =>
        Shape.LastDay(node, diagnostics) is { } day ? new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero) : null;

    /// <summary>How the name of a setting is written.</summary>
    public const string Pattern = "^(?!(whsec_|gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|xapp-|[prs]k_(live|test)_|sk-|npm_|hvs[.]|SG[.]|shpss_|AKIA[0-9A-Z]{16}|eyJ[A-Za-z0-9]))[A-Za-z][A-Za-z0-9_:.-]{0,99}$";

    [GeneratedRegex(@"^(Bearer )?(whsec_|gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|xapp-|[prs]k_(live|test)_|sk-|npm_|hvs\.|SG\.|shpss_|AKIA[0-9A-Z]{16}|eyJ[A-Za-z0-9])|-----BEGIN", RegexOptions.CultureInvariant)]
    private static partial Regex VendorSecret();

    [GeneratedRegex(@"(^|[^A-Za-z0-9_])(whsec_|gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|xapp-|[rs]k_live_)[A-Za-z0-9_+/-]{16}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SecretInside();

    // $NAME, ${NAME}, {{ secrets.NAME }}, env:NAME
    [GeneratedRegex(@"^(\$\{\{?|\{\{|\$|env[:.]|env\()\s*(secrets\.|env\.)?(?<name>[A-Z][A-Z0-9_]*)\s*(\}\}?|\))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^[A-Za-z0-9+/=_-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Unbroken();

    [GeneratedRegex("[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex DigitRun();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_:.-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SettingPattern();
}
