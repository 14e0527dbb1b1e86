using System.Net;
using System.Text.RegularExpressions;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Sources;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Compilation;

/// <summary>Compiles the <c>sources</c> of one file.</summary>
internal sealed partial class SourceSection(RuleVocabulary vocabulary, DiagnosticBag diagnostics)
{
    // What the bot itself sends to its rules, and the family name of alerts.
    private static readonly string[] Reserved = [RuleSchedule.Source, Digest.Source, Alert.Family, BotEvents.Source, "chat", "slack"];

    private readonly VerifySection _verify = new(diagnostics);

    public void Compile(YamlNode node, Dictionary<string, SourceDefinition> into)
    {
        foreach (var entry in Shape.Mapping(node, "sources by name", diagnostics)?.Entries ?? [])
        {
            if (!NamePattern().IsMatch(entry.Key.Text))
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.BadName, $"'{Suggestion.Shorten(entry.Key.Text)}' is no source name; use small letters, digits, '-' and '_', 40 at most");
            }

            if (Reserved.Contains(entry.Key.Text))
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.BadName, $"the name '{entry.Key.Text}' is the bot's own; give the source another");
            }

            if (into.TryGetValue(entry.Key.Text, out var first))
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.DuplicateName, $"a source named '{entry.Key.Text}' stands in {first.Position} already");
            }

            if (entry.Value is YamlScalar { Kind: not ScalarKind.Null } alone)
            {
                // It may be a secret, so it is not repeated.
                diagnostics.Error(alone.Position, DiagnosticCode.WrongKind, $"a source is a mapping; write {{ preset: {(vocabulary.Presets.Contains(alone.Text) ? alone.Text : vocabulary.Presets.FirstOrDefault() ?? "generic")}, secret: NAME_OF_A_SETTING }}");
            }
            else if (Shape.Mapping(entry.Value, "a source", diagnostics) is { } mapping)
            {
                into.TryAdd(entry.Key.Text, CompileSource(entry.Key, mapping));
            }
        }
    }

    private SourceDefinition CompileSource(YamlScalar name, YamlMapping mapping)
    {
        Shape.Keys(mapping, "a source", SourceKeys.Source, diagnostics);
        var preset = CompilePreset(name, mapping);
        var verify = mapping["verify"] is { } node ? _verify.Compile(node) : null;
        var secrets = Secrets(mapping).Concat(verify?.Secrets ?? []).ToList();
        var needs = preset is null ? null : vocabulary.Needs?.Invoke(preset);
        var needsSecret = verify?.Scheme is { } own ? own.Algorithm != VerificationAlgorithm.IssuedToken : needs?.Secret ?? true;
        if (secrets.Count == 0 && needsSecret && mapping["secret"] is null && mapping["secrets"] is null && !ForeignKeys.StandFor(SourceKeys.Source, mapping, "secret"))
        {
            diagnostics.Error(name.Position, DiagnosticCode.MissingKey, $"the source '{Suggestion.Shorten(name.Text)}' has no secret; add 'secret' with the NAME of the setting that holds it");
        }

        if (preset is null && verify is not null && mapping["event"] is null)
        {
            diagnostics.Error(name.Position, DiagnosticCode.MissingKey, "a source without a preset says where the event's name stands: event: { header: X-Event } or { json: type }");
        }

        // The signature is looked at before the body is read.
        if (preset is null && verify?.Scheme?.SignedContent.Contains("{id}", StringComparison.Ordinal) == true && mapping["id"] is not YamlMapping { Entries: [{ Key.Text: "header" }] })
        {
            diagnostics.Error(name.Position, DiagnosticCode.BadVerification, "'signed' has {id}; say in which header it stands: id: { header: X-Id }");
        }

        var (networks, lists) = Networks(mapping["allow_from"]);
        return new SourceDefinition
        {
            Name = name.Text,
            Position = name.Position,
            Preset = preset,
            Secrets = secrets,
            Options = Options(name, mapping, preset, needs),
            Verify = verify?.Scheme,
            Event = Place(mapping["event"]),
            Id = Place(mapping["id"]),
            Subject = Place(mapping["subject"]),
            IsKnownByBody = IsKnownByBody(mapping["dedupe"]),
            AllowFrom = networks,
            AllowFromLists = lists,
        };
    }

    private string? CompilePreset(YamlScalar name, YamlMapping mapping)
    {
        switch (mapping["preset"])
        {
            case null when ForeignKeys.StandFor(SourceKeys.Source, mapping, "preset"):
                return null;
            case null when mapping["verify"] is null:
                diagnostics.Error(name.Position, DiagnosticCode.MissingKey, $"the source '{Suggestion.Shorten(name.Text)}' needs 'preset', such as {string.Join(", ", vocabulary.Presets.Take(3))}, or 'verify'");
                return null;
            case null:
                return null;
            case YamlScalar preset when vocabulary.Presets.Contains(preset.Text):
                return preset.Text;
            case YamlScalar preset:
                diagnostics.Unknown(DiagnosticCode.UnknownPreset, "preset", preset, vocabulary.Presets);
                return null;
            case var other:
                diagnostics.WrongKind(other, "the name of a preset");
                return null;
        }
    }

    private IEnumerable<SecretReference> Secrets(YamlMapping mapping) =>
        SecretNames.Read(mapping["secret"], diagnostics).Concat(SecretNames.Read(mapping["secrets"], diagnostics));

    private Dictionary<string, IReadOnlyList<string>> Options(YamlScalar name, YamlMapping mapping, string? preset, PresetNeeds? needs)
    {
        var options = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var key in SourceKeys.Options)
        {
            var option = needs?.Options.FirstOrDefault(o => o.Name == key);
            if (mapping.Entries.Where(e => e.Key.Text == key).ToList() is [var entry, ..])
            {
                options[key] = [.. Shape.Texts(entry.Value, "a text", diagnostics).Select(t => t.Text)];
                if (option is null && preset is not null)
                {
                    diagnostics.Error(entry.Key.Position, DiagnosticCode.BadVerification, $"the preset '{preset}' has no use for '{key}'; leave it out");
                }
            }
            else if (option is { IsRequired: true })
            {
                diagnostics.Error(name.Position, DiagnosticCode.MissingKey, $"the source '{Suggestion.Shorten(name.Text)}' needs '{key}': {SourceKeys.Source.Find(key)!.Description}");
            }
        }

        return options;
    }

    private bool IsKnownByBody(YamlNode? node)
    {
        if (node is not (null or YamlScalar { Text: "id" or "body" }))
        {
            diagnostics.Error(node.Position, DiagnosticCode.BadValue, $"'dedupe' is id or body, found {node.KindInWords}");
        }

        return node is YamlScalar { Text: "body" };
    }

    private ValueTemplate? Place(YamlNode? node)
    {
        switch (node)
        {
            case null:
                return null;
            case YamlMapping { Entries: [{ Key.Text: "header" or "json", Value: YamlScalar { Kind: not ScalarKind.Null } value }] } mapping:
                return mapping.Entries[0].Key.Text == "header" ? FromHeader(value) : FromJson(value);
            default:
                diagnostics.Error(node.Position, DiagnosticCode.WrongKind, $"write {{ header: X-Name }} or {{ json: path.in.body }}, found {node.KindInWords}");
                return null;
        }
    }

    private ValueTemplate FromHeader(YamlScalar name)
    {
        Shape.Header(name, diagnostics);
        return ValueTemplate.FromHeader(name.Text);
    }

    private ValueTemplate FromJson(YamlScalar path)
    {
        if (path.Text.Split('.').Any(part => part.Length == 0 || part.Contains('[', StringComparison.Ordinal)))
        {
            diagnostics.Error(path.Position, DiagnosticCode.BadFieldPath, $"'{Suggestion.Shorten(path.Text)}' is no path in a body; write one such as order.id, which goes through no list");
        }

        return ValueTemplate.FromJson(path.Text);
    }

    private (List<IPNetwork> Networks, List<string> Lists) Networks(YamlNode? node)
    {
        var networks = new List<IPNetwork>();
        var lists = new List<string>();
        foreach (var text in Shape.Texts(node, "a network such as 192.0.2.0/24", diagnostics))
        {
            if (IPNetwork.TryParse(text.Text, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(text.Text, out var address))
            {
                networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
            else if (vocabulary.NetworkLists.Contains(text.Text))
            {
                lists.Add(text.Text);
            }
            else
            {
                diagnostics.Error(text.Position, DiagnosticCode.BadValue, $"'{Suggestion.Shorten(text.Text)}' is no network and no list of them ({string.Join(", ", vocabulary.NetworkLists)}); write 192.0.2.0/24 or 2001:db8::/32, the address being the network's first");
            }
        }

        return (networks, lists);
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]{0,39}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
