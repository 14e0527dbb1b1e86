using System.Text.RegularExpressions;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Language;

namespace WebhookBot.Rules.Compilation;

/// <summary>Compiles <c>repositories</c>: what the rules of single repositories may do.</summary>
internal sealed partial class RepositorySection(RuleVocabulary vocabulary, DiagnosticBag diagnostics)
{
    public void Compile(YamlNode node, Dictionary<string, RepositoryGrant> into)
    {
        foreach (var entry in Shape.Mapping(node, "grants by repository", diagnostics)?.Entries ?? [])
        {
            if (!Pattern().IsMatch(entry.Key.Text))
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.BadName, $"'{Suggestion.Shorten(entry.Key.Text)}' names no repositories; write owner/name, or owner/* for all of an owner");
            }

            if (Shape.Mapping(entry.Value, "{ actions, channels }", diagnostics) is { } mapping && !into.TryAdd(entry.Key.Text, CompileGrant(entry.Key, mapping)))
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.DuplicateName, $"the repositories '{entry.Key.Text}' stand in {into[entry.Key.Text].Position} already");
            }
        }
    }

    private RepositoryGrant CompileGrant(YamlScalar pattern, YamlMapping mapping)
    {
        Shape.Keys(mapping, "a grant", FileKeys.Grant, diagnostics);
        if (mapping["actions"] is null)
        {
            diagnostics.Error(pattern.Position, DiagnosticCode.MissingKey, $"'{Suggestion.Shorten(pattern.Text)}' needs 'actions', such as [github.*, slack.post]");
        }

        var actions = Shape.Texts(mapping["actions"], "the name of an action, or a pattern such as github.*", diagnostics);
        foreach (var action in actions)
        {
            var glob = new Glob(action.Text);
            if (!vocabulary.Actions.Names.Any(n => glob.Matches(n)))
            {
                diagnostics.Unknown(DiagnosticCode.UnknownAction, "action", action, vocabulary.Actions.Names);
            }
        }

        var channels = Shape.Texts(mapping["channels"], "a channel, or a pattern such as #team-*", diagnostics);
        return new RepositoryGrant(pattern.Position, pattern.Text, [.. actions.Select(a => a.Text)], [.. channels.Select(c => c.Text)]);
    }

    [GeneratedRegex(@"^[\w.*-]{1,100}/[\w.*-]{1,100}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
