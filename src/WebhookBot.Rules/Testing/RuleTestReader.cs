using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Testing;

/// <summary>Reads test files. What is wrong with them is told as it is for rule files.</summary>
/// <param name="rules">The rules under test, for the names of sources and rules.</param>
/// <param name="vocabulary">The names of actions and facts.</param>
/// <param name="readFile">Reads a payload file named in a test file: the test file's path and the name; null when there is none.</param>
public sealed class RuleTestReader(RuleSet rules, RuleVocabulary vocabulary, Func<string, string, byte[]?> readFile)
{
    private static readonly DateTimeOffset DefaultTime = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly DiagnosticBag _diagnostics = new();

    /// <summary>What was wrong with the files read so far.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics.Items;

    /// <summary>The tests of one file that could be read.</summary>
    public IReadOnlyList<RuleTest> Read(RuleFile file)
    {
        if (YamlReader.Read(file, _diagnostics) is not { } root)
        {
            return [];
        }

        Shape.Keys(root, "a test file", ["tests"], _diagnostics);
        var tests = root["tests"] is { } node ? Shape.Mapping(node, "tests by name", _diagnostics) : null;
        return [.. (tests?.Entries ?? []).Select(ReadTest).OfType<RuleTest>()];
    }

    private RuleTest? ReadTest(YamlEntry entry)
    {
        if (Shape.Mapping(entry.Value, "a test", _diagnostics) is not { } mapping)
        {
            return null;
        }

        Shape.Keys(mapping, "a test", FileKeys.Test.Names, _diagnostics);
        if (mapping["event"] is not { } eventNode || mapping["expect"] is not { } expectNode)
        {
            _diagnostics.Error(entry.Key.Position, DiagnosticCode.MissingKey, "a test has 'event' and 'expect'");
            return null;
        }

        var (name, payload) = ReadEvent(eventNode, entry.Key.Position.File);
        var expectations = Shape.Mapping(expectNode, "expected plans by rule", _diagnostics)?.Entries.Select(ReadExpectation).OfType<RuleExpectation>().ToList();
        var facts = ReadFacts(mapping["facts"]);
        if (name is null || payload is null || expectations is null || !ApplyOverrides(payload, mapping["with"]) || Write(payload, entry.Key) is not { } body)
        {
            return null;
        }

        return new RuleTest
        {
            Name = entry.Key.Text,
            Position = entry.Key.Position,
            Event = name,
            Payload = body,
            Facts = facts,
            At = ReadTime(mapping["at"]),
            Expectations = expectations,
        };
    }

    private (string? Name, JsonNode? Payload) ReadEvent(YamlNode node, string testFile)
    {
        switch (node)
        {
            case YamlScalar name:
                return (name.Text, ReadSample(name));
            case YamlMapping mapping:
                Shape.Keys(mapping, "an event", FileKeys.TestEvent.Names, _diagnostics);
                var given = Shape.Text(mapping["name"], "the event's name", _diagnostics);
                if (given is not null && mapping["file"] is YamlScalar file)
                {
                    return (given, Parse(readFile(testFile, file.Text), file));
                }

                if (given is not null && mapping["payload"] is { } inline)
                {
                    return (given, NotNull(JsonNode.Parse(inline.ToJson().GetRawText()), inline));
                }

                _diagnostics.Error(node.Position, DiagnosticCode.BadTest, "an event is a sample's name, { name, file } or { name, payload }");
                return default;
            default:
                _diagnostics.WrongKind(node, "an event");
                return default;
        }
    }

    private JsonNode? ReadSample(YamlScalar name)
    {
        var source = rules.Sources.FirstOrDefault(s => name.Text.StartsWith(s.Name + ".", StringComparison.Ordinal));
        var sample = source?.Preset is { } preset ? preset + name.Text[source.Name.Length..] : name.Text;
        if (SampleCatalog.Find(sample) is { } payload)
        {
            return JsonNode.Parse(payload);
        }

        if (rules.Rules.FirstOrDefault(r => r.Schedule is not null && name.Text == RuleSchedule.EventOf(r.Name)) is { } rule)
        {
            return rule.Schedule!.PayloadOf(rule.Name, DefaultTime, missed: 0);
        }

        _diagnostics.Unknown(DiagnosticCode.BadTest, "sample", name, SampleCatalog.Names);
        return null;
    }

    private JsonNode? Parse(byte[]? payload, YamlScalar file)
    {
        try
        {
            if (payload is not null)
            {
                return NotNull(JsonNode.Parse(Whole(payload)), file);
            }

            _diagnostics.Error(file.Position, DiagnosticCode.BadTest, $"there is no file '{Suggestion.Shorten(file.Text)}' beside the test file");
        }
        catch (JsonException e)
        {
            _diagnostics.Error(file.Position, DiagnosticCode.BadTest, $"'{Suggestion.Shorten(file.Text)}' is not JSON: {e.Message}");
        }

        return null;
    }

    // Half of a surrogate pair is read as U+FFFD by the rules, and could not be written again.
    private static byte[] Whole(byte[] payload)
    {
        var json = payload.AsSpan().StartsWith("\uFEFF"u8) ? payload.AsSpan(3) : payload;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            JsonText.Write(JsonElement.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false }), writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private JsonNode? NotNull(JsonNode? payload, YamlNode node)
    {
        if (payload is null)
        {
            _diagnostics.Error(node.Position, DiagnosticCode.BadTest, "a payload is an object, found null");
        }

        return payload;
    }

    private bool ApplyOverrides(JsonNode payload, YamlNode? node)
    {
        if (node is null)
        {
            return true;
        }

        foreach (var entry in Shape.Mapping(node, "values by path", _diagnostics)?.Entries ?? [])
        {
            try
            {
                PayloadOverrides.Set(payload, entry.Key.Text, entry.Value.ToJson());
            }
            catch (FormatException e)
            {
                _diagnostics.Error(entry.Key.Position, DiagnosticCode.BadTest, e.Message);
                return false;
            }
        }

        return true;
    }

    // The overrides may have nested it deeper than the intake lets a payload be.
    private byte[]? Write(JsonNode payload, YamlScalar test)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(payload);
        }
        catch (JsonException)
        {
            _diagnostics.Error(test.Position, DiagnosticCode.BadTest, "the payload is nested deeper than 64 levels");
            return null;
        }
    }

    private Dictionary<string, FactValue> ReadFacts(YamlNode? node)
    {
        var entries = Shape.Mapping(node, "facts by name", _diagnostics)?.Entries ?? [];
        foreach (var unknown in entries.Where(e => !vocabulary.Facts.Contains(e.Key.Text)))
        {
            _diagnostics.Unknown(DiagnosticCode.UnknownFact, "fact", unknown.Key, vocabulary.Facts);
        }

        return entries.ToDictionary(e => e.Key.Text, e => ReadFact(e.Value), StringComparer.Ordinal);
    }

    private static FactValue ReadFact(YamlNode node) => node switch
    {
        YamlMapping { Entries: [{ Key.Text: "truncated" }] } mapping => FactValue.Truncated(mapping.Entries[0].Value.ToJson()),
        YamlMapping { Entries: [{ Key.Text: "unavailable", Value: YamlScalar why }] } => FactValue.Unavailable(why.Text),
        _ => FactValue.Known(node.ToJson()),
    };

    private DateTimeOffset ReadTime(YamlNode? node)
    {
        if (node is null)
        {
            return DefaultTime;
        }

        if (node is YamlScalar scalar && Timestamps.FromText(scalar.Text) is { } time)
        {
            return time;
        }

        _diagnostics.Error(node.Position, DiagnosticCode.BadTest, "a time is written 2026-01-05T12:00:00Z");
        return DefaultTime;
    }

    private RuleExpectation? ReadExpectation(YamlEntry entry)
    {
        if (rules.Rules.All(r => r.Name != entry.Key.Text))
        {
            _diagnostics.Unknown(DiagnosticCode.BadTest, "rule", entry.Key, rules.Rules.Select(r => r.Name));
            return null;
        }

        switch (entry.Value)
        {
            case YamlScalar { Text: "no match" }:
                return new RuleExpectation(entry.Key.Text, entry.Key.Position, null);
            case YamlSequence list when list.Items.All(i => i is YamlMapping { Entries: [{ Value: YamlMapping }] }):
                foreach (var unknown in list.Items.Cast<YamlMapping>().Select(i => i.Entries[0].Key).Where(k => vocabulary.Actions.Find(k.Text) is null && k.Text != Digest.Gather))
                {
                    _diagnostics.Unknown(DiagnosticCode.UnknownAction, "action", unknown, vocabulary.Actions.Names);
                }

                var actions = list.Items.Cast<YamlMapping>().Select(i => new ExpectedAction(i.Entries[0].Key.Text, i.Entries[0].Value.ToJson()));
                return new RuleExpectation(entry.Key.Text, entry.Key.Position, [.. actions]);
            default:
                _diagnostics.Error(entry.Value.Position, DiagnosticCode.BadTest, "expected 'no match' or a list of actions with their arguments");
                return null;
        }
    }
}
