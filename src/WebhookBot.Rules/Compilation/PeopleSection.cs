using System.Text.RegularExpressions;

namespace WebhookBot.Rules.Compilation;

/// <summary>Compiles the <c>people</c> of one file: GitHub logins and the Slack users they are.</summary>
internal sealed partial class PeopleSection(DiagnosticBag diagnostics)
{
    public void Compile(YamlNode node, Dictionary<string, string> into)
    {
        foreach (var entry in Shape.Mapping(node, "Slack users by GitHub login", diagnostics)?.Entries ?? [])
        {
            if (entry.Value is not YamlScalar user || !SlackUser().IsMatch(user.Text))
            {
                diagnostics.Error(entry.Value.Position, DiagnosticCode.BadValue, $"'{Suggestion.Shorten(entry.Key.Text)}' needs a Slack user id such as U012AB3CD, found {entry.Value.KindInWords}");
            }
            else if (!into.TryAdd(entry.Key.Text, user.Text))
            {
                diagnostics.Error(entry.Key.Position, DiagnosticCode.DuplicateName, $"the login '{Suggestion.Shorten(entry.Key.Text)}' stands in another file, or with other capitals, already");
            }
        }
    }

    [GeneratedRegex(@"\A[UW][A-Z0-9]{6,}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SlackUser();
}
