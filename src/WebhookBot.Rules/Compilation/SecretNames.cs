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

        Shape.Keys(mapping, "a secret", SourceKeys.Secret.Names, diagnostics);
        if (mapping["name"] is not { } named)
        {
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

        if (!SettingPattern().IsMatch(name.Text))
        {
            diagnostics.Error(name.Position, DiagnosticCode.SecretInRuleFile, "this is the NAME of a setting such as GITHUB_WEBHOOK_SECRET, never the secret itself");
        }

        return name.Text;
    }

    // The last day counts, in UTC.
    private static DateTimeOffset? End(YamlNode node, DiagnosticBag diagnostics) =>
        Shape.LastDay(node, diagnostics) is { } day ? new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero) : null;

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_:.-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SettingPattern();
}
