using WebhookBot.Rules.Templates;

namespace WebhookBot.Rules.Compilation.Conflicts;

/// <summary>Finds steps of two rules that undo each other on one event, by what the actions say they switch on and off.</summary>
internal sealed class UndoingRules(ActionCatalog actions, DiagnosticBag diagnostics)
{
    private readonly SiteIndex _index = new();

    public void Check(IEnumerable<Rule> rules)
    {
        foreach (var rule in rules.Where(r => r.Then.Concat(r.Else).Any(s => actions.Find(s.Action)?.Effects.Count > 0)))
        {
            foreach (var site in Site.Of(rule))
            {
                Check(site);
            }
        }
    }

    private void Check(Site site)
    {
        var isTold = false;
        foreach (var change in Changes(site.Step))
        {
            if (!isTold && _index.Near(change.Group(!change.IsOn), site).FirstOrDefault(o => Compatibility.CanBothBeDone(site, o)) is { } other)
            {
                Tell(site, other, change);
                isTold = true;
            }

            _index.Add(change.Group(change.IsOn), site);
        }
    }

    private void Tell(Site site, Site other, Change change)
    {
        var what = change.Text is null ? $"the state '{change.State}'" : $"the {change.State} '{Suggestion.Shorten(change.Text)}'";
        var on = TriggerOverlap.Common(site.Rule, other.Rule);
        diagnostics.Warning(site.Step.Position, DiagnosticCode.UndoneByAnotherRule,
            $"the rules '{site.Rule.Name}' and '{other.Rule.Name}' can undo each other on {on}: "
            + $"{what} is {(change.IsOn ? "set" : "taken away")} here and {(change.IsOn ? "taken away" : "set")} there; the other is in {other.Step.Position}");
    }

    private IEnumerable<Change> Changes(ActionStep step)
    {
        if (actions.Find(step.Action) is not { Effects.Count: > 0 } descriptor || step.Arguments is not ArgumentTemplate.Mapping arguments
            || WrittenText.Of(new ArgumentTemplate.Mapping([.. arguments.Entries.Where(e => descriptor.Target.Contains(e.Key))]), constantOnly: false) is not { } target)
        {
            yield break;
        }

        foreach (var effect in descriptor.Effects)
        {
            if (effect.Argument is null)
            {
                yield return new Change(effect.State, effect.IsOn, null, target);
                continue;
            }

            foreach (var text in Texts(arguments.Entries.FirstOrDefault(e => e.Key == effect.Argument).Value))
            {
                yield return new Change(effect.State, effect.IsOn, text, target);
            }
        }
    }

    private static IEnumerable<string> Texts(ArgumentTemplate? argument) => argument switch
    {
        ArgumentTemplate.Items items => items.Parts.SelectMany(Texts),
        ArgumentTemplate.Text { Template: { IsConstant: true } template } when !string.IsNullOrWhiteSpace(template.Text) => [template.Text],
        _ => [],
    };

    private sealed record Change(string State, bool IsOn, string? Text, string Target)
    {
        // GitHub's labels are the same in any case of letters.
        public string Group(bool isOn) => $"{State}\n{isOn}\n{Target}\n{Text?.ToUpperInvariant()}";
    }
}
