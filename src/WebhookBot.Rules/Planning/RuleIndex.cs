using System.Collections.Concurrent;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Planning;

/// <summary>
/// Finds the rules that an event can concern. Rules whose triggers do not fit the event's name cost nothing; of those that fit, a rule that
/// asks for a field to equal a text is found by that text instead of being asked.
/// </summary>
internal sealed class RuleIndex
{
    // Event names come from verified senders, but from outside all the same.
    private const int MostKept = 4096;

    private readonly Dictionary<string, List<Rule>> _exact = new(StringComparer.Ordinal);
    private readonly List<Rule> _patterns = [];
    private readonly ConcurrentDictionary<(string Name, string Aliases), Candidates> _byName = new();

    public RuleIndex(IReadOnlyList<Rule> rules)
    {
        foreach (var rule in rules.Where(r => r.Mode != RuleMode.Off))
        {
            if (rule.Timing.Delay is Digest)
            {
                Add(Digest.EventOf(rule.Name), rule);
            }

            if (rule.Triggers.All(t => t.IsExact))
            {
                foreach (var pattern in rule.Triggers.Select(t => t.Pattern).Distinct(StringComparer.Ordinal))
                {
                    Add(pattern, rule);
                }
            }
            else
            {
                _patterns.Add(rule);
            }
        }
    }

    private void Add(string pattern, Rule rule) => (_exact.TryGetValue(pattern, out var list) ? list : _exact[pattern] = []).Add(rule);

    /// <summary>The rules whose triggers fit one of the names.</summary>
    public Candidates For(WebhookEvent e)
    {
        var key = (e.Name, string.Join(' ', e.Aliases));
        if (_byName.TryGetValue(key, out var known))
        {
            return known;
        }

        string[] names = [e.Name, .. e.Aliases];
        var rules = names
            .SelectMany(n => _exact.TryGetValue(n, out var list) ? list : [])
            .Concat(_patterns.Where(r => r.Triggers.Any(t => names.Any(t.Fits))))
            .DistinctBy(r => r.Ordinal)
            .OrderBy(r => r.Ordinal);
        var candidates = new Candidates([.. rules], isAsked: e.Source != Digest.Source);
        if (_byName.Count >= MostKept)
        {
            _byName.Clear();
        }

        return _byName.GetOrAdd(key, candidates);
    }
}

/// <summary>The rules that fit one event name, parted by what decides about them.</summary>
internal sealed class Candidates
{
    private readonly List<Rule> _always = [];
    private readonly List<FieldIndex> _fields = [];

    public Candidates(IReadOnlyList<Rule> rules, bool isAsked)
    {
        All = rules;
        foreach (var rule in rules)
        {
            // A rule with an 'else' acts when its condition does not hold, so it is always asked.
            if (isAsked && rule.Else.Count == 0 && Key(rule.Condition) is var (path, texts))
            {
                IndexOf(path).Add(rule, texts);
            }
            else
            {
                _always.Add(rule);
            }
        }
    }

    public IReadOnlyList<Rule> All { get; }

    /// <summary>The rules that the event does not rule out by an indexed field, in order.</summary>
    public List<Rule> Select(EvaluationScope scope)
    {
        var selected = new List<Rule>(_always);
        foreach (var field in _fields)
        {
            field.Select(scope, selected);
        }

        if (_fields.Count > 0)
        {
            selected.Sort(static (a, b) => a.Ordinal.CompareTo(b.Ordinal));
        }

        return selected;
    }

    private FieldIndex IndexOf(FieldPath path)
    {
        var index = _fields.Find(f => f.Path.Text == path.Text);
        if (index is null)
        {
            _fields.Add(index = new FieldIndex(path));
        }

        return index;
    }

    private static (FieldPath Path, IReadOnlyList<string> Texts)? Key(Condition condition)
    {
        foreach (var part in condition is AllOf all ? all.Parts : [])
        {
            if (part is FieldCondition { Path.Root: FieldRoot.Payload } field && OnlyTexts(field.Test) is { Count: > 0 } texts)
            {
                return (field.Path, texts);
            }
        }

        return null;
    }

    private static List<string>? OnlyTexts(ValueTest test)
    {
        IReadOnlyList<ValueTest> tests = test is AnyTest any ? any.Tests : [test];
        var texts = tests.Select(t => (t as EqualTest)?.OnlyText).ToList();
        return texts.Contains(null) ? null : texts.Select(t => t!).Distinct(StringComparer.Ordinal).ToList();
    }

    private sealed class FieldIndex(FieldPath path)
    {
        private readonly Dictionary<string, List<Rule>> _byText = new(StringComparer.Ordinal);

        public FieldPath Path => path;

        public void Add(Rule rule, IReadOnlyList<string> texts)
        {
            foreach (var text in texts)
            {
                (_byText.TryGetValue(text, out var list) ? list : _byText[text] = []).Add(rule);
            }
        }

        public void Select(EvaluationScope scope, List<Rule> into)
        {
            var value = path.Resolve(scope);
            if (value.Kind == FieldKind.One && value.Element.ValueKind == System.Text.Json.JsonValueKind.String)
            {
                into.AddRange(_byText.GetValueOrDefault(JsonText.Read(value.Element)) ?? []);
                return;
            }

            into.AddRange(value.Elements()
                .Where(e => e.ValueKind == System.Text.Json.JsonValueKind.String)
                .SelectMany(e => _byText.GetValueOrDefault(JsonText.Read(e)) ?? [])
                .DistinctBy(r => r.Ordinal));
        }
    }
}
