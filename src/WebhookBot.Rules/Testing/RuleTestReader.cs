using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Language;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Testing;

/// <summary>Reads test files. What is wrong with them is told as it is for rule files.</summary>
public sealed class RuleTestReader
{
    private const string AtOnce = "0s";
    private static readonly DateTimeOffset DefaultTime = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly RuleSet _rules;
    private readonly ActionCatalog _actions;
    private readonly PlayedEventReader _events;
    private readonly DiagnosticBag _diagnostics = new();

    /// <param name="rules">The rules under test, for the names of sources and rules.</param>
    /// <param name="vocabulary">The names of actions and facts, and what is known of events.</param>
    /// <param name="readFile">Reads a payload file named in a test file: the test file's path and the name; null when there is none.</param>
    public RuleTestReader(RuleSet rules, RuleVocabulary vocabulary, Func<string, string, byte[]?> readFile)
    {
        (_rules, _actions) = (rules, vocabulary.Actions);
        _events = new PlayedEventReader(rules, vocabulary, readFile, _diagnostics);
    }

    /// <summary>What was wrong with the files read so far.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics.Items;

    /// <summary>The tests of one file, those with mistakes among them.</summary>
    public IReadOnlyList<RuleTest> Read(RuleFile file)
    {
        if (YamlReader.Read(file, _diagnostics) is not { } root)
        {
            return [];
        }

        Shape.Keys(root, "a test file", TestKeys.Sections, _diagnostics);
        var tests = root["tests"] is { } node ? Shape.Mapping(node, "tests by name", _diagnostics) : null;
        return [.. (tests?.Entries ?? []).Select(ReadTest)];
    }

    private RuleTest ReadTest(YamlEntry entry)
    {
        var before = _diagnostics.Items.Count;
        var (events, expectations) = Shape.Mapping(entry.Value, "a test", _diagnostics) is { } mapping ? ReadParts(mapping, entry.Key) : ([], []);
        return new RuleTest
        {
            Name = entry.Key.Text,
            Position = entry.Key.Position,
            Events = events,
            Expectations = expectations,
            Mistakes = [.. _diagnostics.Items.Skip(before)],
        };
    }

    private (IReadOnlyList<PlayedEvent> Events, IReadOnlyList<RuleExpectation> Expectations) ReadParts(YamlMapping mapping, YamlScalar test)
    {
        var before = _diagnostics.Items.Count;
        Shape.Keys(mapping, "a test", TestKeys.Test, _diagnostics);
        if ((mapping["event"] is null) == (mapping["events"] is null) || mapping["expect"] is not { } expect)
        {
            // A key that is misspelt is told already, and is the one that is missing.
            if (_diagnostics.Items.Count == before)
            {
                _diagnostics.Error(test.Position, DiagnosticCode.MissingKey, "a test has 'event' or 'events', one of them, and 'expect'");
            }

            return ([], []);
        }

        var events = mapping["events"] is { } list ? ReadSeries(mapping, list) : [_events.Read(mapping, test.Position, DefaultTime)];
        var expectations = Shape.Mapping(expect, "what each rule plans, by its name", _diagnostics)?.Entries.Select(ReadExpectation) ?? [];
        return ([.. events.OfType<PlayedEvent>()], [.. expectations.OfType<RuleExpectation>()]);
    }

    private List<PlayedEvent?> ReadSeries(YamlMapping test, YamlNode node)
    {
        foreach (var entry in test.Entries.Where(e => e.Key.Text is "with" or "facts" or "at"))
        {
            _diagnostics.Error(entry.Key.Position, DiagnosticCode.BadTest, $"'{entry.Key.Text}' stands in each of the events");
        }

        if (node is not YamlSequence { Items.Count: > 0 } list)
        {
            _diagnostics.WrongKind(node, "a list of events, each { event, with, facts, at }");
            return [];
        }

        var events = new List<PlayedEvent?>();
        var time = DefaultTime;
        foreach (var item in list.Items)
        {
            var played = ReadPlayed(item, time);
            if (played?.At < time && events.Count > 0)
            {
                _diagnostics.Error(item.Position, DiagnosticCode.BadTest, "the events stand in the order of their time, and this one is before the one above");
            }

            time = played?.At ?? time;
            events.Add(played);
        }

        return events;
    }

    private PlayedEvent? ReadPlayed(YamlNode item, DateTimeOffset time)
    {
        if (Shape.Mapping(item, "an event of a test", _diagnostics) is not { } mapping)
        {
            return null;
        }

        var before = _diagnostics.Items.Count;
        Shape.Keys(mapping, "an event of a test", TestKeys.Played, _diagnostics);
        if (mapping["event"] is null && _diagnostics.Items.Count == before)
        {
            _diagnostics.Error(item.Position, DiagnosticCode.MissingKey, "each of the events has 'event'");
        }

        return mapping["event"] is null ? null : _events.Read(mapping, item.Position, time);
    }

    private RuleExpectation? ReadExpectation(YamlEntry entry)
    {
        if (_rules.Rules.All(r => r.Name != entry.Key.Text))
        {
            _diagnostics.Unknown(DiagnosticCode.BadTest, "rule", entry.Key, _rules.Rules.Select(r => r.Name));
            return null;
        }

        switch (entry.Value)
        {
            case YamlScalar { Text: "no match" }:
                return new RuleExpectation(entry.Key.Text, entry.Key.Position, null);
            case YamlSequence list when list.Items.All(i => ActionOf(i) is not null):
                return new RuleExpectation(entry.Key.Text, entry.Key.Position, [.. list.Items.Select(i => ReadAction((YamlMapping)i, ActionOf(i)!.Value))]);
            default:
                _diagnostics.Error(entry.Value.Position, DiagnosticCode.BadTest, "expected 'no match' or a list of actions with their arguments");
                return null;
        }
    }

    // An action with its arguments, and beside it nothing but what is expected of it as a whole.
    private static YamlEntry? ActionOf(YamlNode node) =>
        (node as YamlMapping)?.Entries.Where(e => !TestKeys.Expected.Names.Contains(e.Key.Text)).ToList() is [{ Value: YamlMapping } action] ? action : (YamlEntry?)null;

    private ExpectedAction ReadAction(YamlMapping item, YamlEntry action)
    {
        var arguments = (YamlMapping)action.Value;
        if (_actions.Find(action.Key.Text) is { } known)
        {
            foreach (var unknown in arguments.Entries.Where(a => known.Parameters.All(p => p.Name != a.Key.Text)))
            {
                _diagnostics.Unknown(DiagnosticCode.UnknownArgument, $"argument of {known.Name}", unknown.Key, known.Parameters.Select(p => p.Name));
            }
        }
        else if (action.Key.Text != Digest.Gather)
        {
            _diagnostics.Unknown(DiagnosticCode.UnknownAction, "action", action.Key, _actions.Names);
        }

        return new ExpectedAction(action.Key.Text, arguments.ToJson(), ReadWait(item["waits"]));
    }

    private TimeSpan? ReadWait(YamlNode? node)
    {
        var text = (node as YamlScalar)?.Text ?? "";
        var wait = text == AtOnce ? TimeSpan.Zero : Durations.TryParse(text);
        if (node is not null && wait is null)
        {
            _diagnostics.Error(node.Position, DiagnosticCode.BadDuration, "'waits' is a duration such as 30s, 15m, 1h30m, 7d or 2w, or 0s for at once");
        }

        return wait;
    }
}
