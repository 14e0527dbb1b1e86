namespace WebhookBot.Rules.Language;

/// <summary>The sections of a rule file.</summary>
public static class FileKeys
{
    private static readonly ValueForm Anything = ValueForm.Anything("anything");

    /// <summary>Of <c>repositories</c>, for one pattern.</summary>
    public static KeyTable Grant { get; } = new("grant", "What the rules of some repositories may do.",
    [
        new("actions", ValueForm.OneOrMore(ValueForm.Shared("an action", "action"), "an action or a pattern such as `github.*`, or a list of them"), "The actions that they may use.", IsRequired: true),
        new("channels", ValueForm.OneOrMore(ValueForm.Text("a channel or a pattern", examples: ["#acme-*"]), "a Slack channel or a pattern such as `#acme-*`, or a list of them"), "The Slack channels that they may post in."),
    ]);

    /// <summary>Of a rule file.</summary>
    public static KeyTable Sections { get; } = new("file", "Rule files of WebhookBot. Any file may hold any of the sections; names are unique over all files.",
    [
        new("sources", ValueForm.ByName("sources by name", "^[a-z0-9][a-z0-9_-]{0,39}$", ValueForm.Mapping(SourceKeys.Source)), "Who may send webhooks; they come to `/hooks/<name>`."),
        new("rules", ValueForm.ByName("rules by name", $@"^({ValueForm.NameCharacter}|\.){{1,80}}$", ValueForm.Mapping(RuleKeys.Rule)), "What to do when something happens."),
        new("people", ValueForm.ByName("Slack users by GitHub login", "^", ValueForm.Text("a Slack user id", "^[UW][A-Z0-9]{6,}$", "U012AB3CD")), "Which Slack user a GitHub login is, where the e-mail address does not tell. Used by `mention` and by `channel: \"@login\"`."),
        new("vars", ValueForm.ByName("values by name", $"^{ValueForm.NameCharacter}{{1,80}}$", Anything), "Values that rules share: `{{vars.channel}}` in templates, `vars.team` in conditions."),
        new("repositories", ValueForm.ByName("grants by repository", $@"^({ValueForm.NameCharacter}|[.*]){{1,100}}/({ValueForm.NameCharacter}|[.*]){{1,100}}$", ValueForm.Mapping(Grant)), "What the rules in single repositories may do, by `owner/name` or `owner/*`."),
    ]);
}
