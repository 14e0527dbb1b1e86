using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Testing;

/// <summary>Reads the events of tests: the sample or payload, what is different in it, the facts, the time.</summary>
internal sealed class PlayedEventReader(RuleSet rules, RuleVocabulary vocabulary, Func<string, string, byte[]?> readFile, DiagnosticBag diagnostics)
{
    private static readonly DateTimeOffset AnyTime = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly OverrideChecks _fields = new(rules, vocabulary);
    private readonly EventSources _sources = EventSources.Of(rules, vocabulary);

    /// <summary>The event; null after reporting what is wrong with it.</summary>
    /// <param name="mapping">The keys of the event, which are those of a test as well.</param>
    /// <param name="at">What a mistake of the whole is reported at.</param>
    /// <param name="time">When it is received, when nothing is said.</param>
    public PlayedEvent? Read(YamlMapping mapping, SourcePosition at, DateTimeOffset time)
    {
        var (name, payload) = ReadEvent(mapping["event"]!, at.File);
        var facts = ReadFacts(mapping["facts"]);
        var received = ReadTime(mapping["at"], time);
        return name is not null && payload is not null && ApplyOverrides(name, payload, mapping["with"]) && Write(payload, at) is { } body
            ? new PlayedEvent(name, body, facts, received)
            : null;
    }

    private (string? Name, JsonNode? Payload) ReadEvent(YamlNode node, string testFile)
    {
        switch (node)
        {
            case YamlScalar name:
                return (name.Text, ReadSample(name));
            case YamlMapping mapping:
                Shape.Keys(mapping, "an event", TestKeys.Event, diagnostics);
                var given = Shape.Text(mapping["name"], "the event's name", diagnostics);
                CheckName(mapping["name"] as YamlScalar);
                if (given is not null && mapping["file"] is YamlScalar file)
                {
                    return (given, Parse(readFile(testFile, file.Text), file));
                }

                if (given is not null && mapping["payload"] is { } inline)
                {
                    return (given, NotNull(JsonNode.Parse(inline.ToJson().GetRawText()), inline));
                }

                diagnostics.Error(node.Position, DiagnosticCode.BadTest, "an event is a sample's name, { name, file } or { name, payload }");
                return default;
            default:
                diagnostics.WrongKind(node, "an event");
                return default;
        }
    }

    // A slip in the name would have no rule match, which is what many tests expect. An event that nobody knows yet has no name like it.
    private void CheckName(YamlScalar? name)
    {
        var told = new DiagnosticBag();
        var triggers = new TriggerSection(vocabulary, told).CompilePatterns(name);
        if (triggers is [{ IsExact: true }] && told.Items.Count == 0)
        {
            new TriggerChecks(_sources, told).Events(triggers);
            foreach (var slip in told.Items.Where(d => d.Message.Contains(Suggestion.DidYouMean, StringComparison.Ordinal)))
            {
                diagnostics.Error(slip.Position, DiagnosticCode.BadTest, slip.Message);
            }
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
            return rule.Schedule!.PayloadOf(rule.Name, AnyTime, missed: 0);
        }

        diagnostics.Unknown(DiagnosticCode.BadTest, "sample", name, SampleCatalog.Names, source is null ? null : $"; no sample is shipped for it: write event: {{ name: {Suggestion.Shorten(name.Text)}, payload: {{ … }} }}, or {{ name, file }}{Suggestion.Near(sample, SampleCatalog.Names.Where(n => source.Preset is { } of && n.StartsWith(of + ".", StringComparison.Ordinal)))}");
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

            diagnostics.Error(file.Position, DiagnosticCode.BadTest, $"there is no file '{Suggestion.Shorten(file.Text)}' beside the test file");
        }
        catch (JsonException e)
        {
            diagnostics.Error(file.Position, DiagnosticCode.BadTest, $"'{Suggestion.Shorten(file.Text)}' is not JSON: {e.Message}");
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
            diagnostics.Error(node.Position, DiagnosticCode.BadTest, "a payload is an object, found null");
        }

        return payload;
    }

    private bool ApplyOverrides(string name, JsonNode payload, YamlNode? node)
    {
        if (node is null)
        {
            return true;
        }

        foreach (var entry in Shape.Mapping(node, "values by path", diagnostics)?.Entries ?? [])
        {
            try
            {
                if (_fields.Missing(name, payload, entry.Key.Text) is { } missing)
                {
                    diagnostics.Error(entry.Key.Position, DiagnosticCode.UnknownField, missing);
                    return false;
                }

                PayloadOverrides.Set(payload, entry.Key.Text, entry.Value.ToJson());
            }
            catch (FormatException e)
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.BadTest, e.Message);
                return false;
            }
        }

        return true;
    }

    // The overrides may have nested it deeper than the intake lets a payload be.
    private byte[]? Write(JsonNode payload, SourcePosition at)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(payload);
        }
        catch (JsonException)
        {
            diagnostics.Error(at, DiagnosticCode.BadTest, "the payload is nested deeper than 64 levels");
            return null;
        }
    }

    private Dictionary<string, FactValue> ReadFacts(YamlNode? node)
    {
        var entries = Shape.Mapping(node, "facts by name", diagnostics)?.Entries ?? [];
        foreach (var unknown in entries.Where(e => !vocabulary.Facts.Contains(e.Key.Text)))
        {
            diagnostics.Unknown(DiagnosticCode.UnknownFact, "fact", unknown.Key, vocabulary.Facts);
        }

        return entries.ToDictionary(e => e.Key.Text, e => ReadFact(e.Value), StringComparer.Ordinal);
    }

    private static FactValue ReadFact(YamlNode node) => node switch
    {
        YamlMapping { Entries: [{ Key.Text: "truncated" }] } mapping => FactValue.Truncated(mapping.Entries[0].Value.ToJson()),
        YamlMapping { Entries: [{ Key.Text: "unavailable", Value: YamlScalar why }] } => FactValue.Unavailable(why.Text),
        _ => FactValue.Known(node.ToJson()),
    };

    private DateTimeOffset ReadTime(YamlNode? node, DateTimeOffset otherwise)
    {
        if (node is null)
        {
            return otherwise;
        }

        if (node is YamlScalar scalar && Timestamps.FromText(scalar.Text) is { } time)
        {
            return time;
        }

        diagnostics.Error(node.Position, DiagnosticCode.BadTest, "a time is written 2026-01-05T12:00:00Z");
        return otherwise;
    }
}
