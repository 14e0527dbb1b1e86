namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>
/// Finds the steps that one has to be compared with: of the same group, for an event that both hear, and not for another value of a field.
/// However many there are, only so many are given, so that the whole takes linear time.
/// </summary>
internal sealed class SiteIndex
{
    private const int MostGiven = 20;
    private const int MostPatterns = 100;
    private const int MostFields = 8;

    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);

    public void Add(string group, Site site) => (_groups.TryGetValue(group, out var found) ? found : _groups[group] = new Group()).Add(site);

    public IEnumerable<Site> Near(string group, Site site) =>
        _groups.TryGetValue(group, out var found) ? found.Near(site).Take(MostGiven).Where(s => !ReferenceEquals(s.Rule, site.Rule)) : [];

    private sealed class Group
    {
        private readonly Dictionary<string, Bucket> _byPattern = new(StringComparer.Ordinal);
        private readonly List<string> _wide = [];
        private readonly List<string> _all = [];

        public void Add(Site site)
        {
            foreach (var trigger in site.Rule.Triggers.DistinctBy(t => t.Pattern))
            {
                if (!_byPattern.TryGetValue(trigger.Pattern, out var bucket))
                {
                    _byPattern[trigger.Pattern] = bucket = new Bucket();
                    (trigger.IsExact ? _all : _wide).Add(trigger.Pattern);
                }

                bucket.Add(site);
            }
        }

        public IEnumerable<Site> Near(Site site)
        {
            foreach (var trigger in site.Rule.Triggers)
            {
                string[] same = [trigger.Pattern];
                var others = (trigger.IsExact ? _wide : _wide.Concat(_all)).Take(MostPatterns).Where(p => p != trigger.Pattern
                    && (TriggerOverlap.Covers(p, trigger.Pattern) || TriggerOverlap.Covers(trigger.Pattern, p)));
                foreach (var pattern in same.Where(_byPattern.ContainsKey).Concat(others))
                {
                    foreach (var near in _byPattern[pattern].Near(site))
                    {
                        yield return near;
                    }
                }
            }
        }
    }

    private sealed class Bucket
    {
        private readonly List<Site> _free = [];
        private readonly Dictionary<string, Pinned> _byField = new(StringComparer.Ordinal);

        public void Add(Site site)
        {
            var field = site.Pins.Keys.FirstOrDefault(_byField.ContainsKey) ?? (_byField.Count < MostFields ? site.Pins.Keys.FirstOrDefault() : null);
            if (field is null)
            {
                _free.Add(site);
                return;
            }

            (_byField.TryGetValue(field, out var pinned) ? pinned : _byField[field] = new Pinned()).Add(site.Pins[field], site);
        }

        public IEnumerable<Site> Near(Site site) =>
            _byField.SelectMany(f => site.Pins.TryGetValue(f.Key, out var texts) ? f.Value.Of(texts) : f.Value.All).Concat(_free);
    }

    private sealed class Pinned
    {
        private readonly Dictionary<string, List<Site>> _byText = new(StringComparer.Ordinal);

        public List<Site> All { get; } = [];

        public void Add(IReadOnlyList<string> texts, Site site)
        {
            All.Add(site);
            foreach (var text in texts)
            {
                (_byText.TryGetValue(text, out var list) ? list : _byText[text] = []).Add(site);
            }
        }

        public IEnumerable<Site> Of(IReadOnlyList<string> texts) => texts.SelectMany(t => _byText.GetValueOrDefault(t) ?? []);
    }
}
