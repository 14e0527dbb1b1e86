namespace WebhookBot.Rules.Language;

/// <summary>A helper of the templates.</summary>
/// <param name="Name">As it is called.</param>
/// <param name="Description">What it writes.</param>
/// <param name="Example">A template over the shipped sample <c>github.pull_request.opened</c>, received at 2026-01-05T12:00:00Z, for Slack's text.</param>
/// <param name="Shows">What that writes. The tests try it.</param>
public sealed record HelperDescriptor(string Name, string Description, string Example, string Shows);

/// <summary>Every helper and block of the templates.</summary>
public static class HelperTable
{
    /// <summary>In the order of the reference page.</summary>
    public static IReadOnlyList<HelperDescriptor> All { get; } =
    [
        new("truncate", "The text, cut to a length (80 when none is said) with `…` at its end.", "{{truncate pull_request.title 18}}", "Explain how the c…"),
        new("default", "The first value, or the second when the first is absent or empty.", "{{default pull_request.milestone.title \"none\"}}", "none"),
        new("date", "A time in .NET's format (`yyyy-MM-dd HH:mm` when none is said), in UTC or in `zone`.", "{{date pull_request.created_at \"HH:mm\" zone=\"Europe/Oslo\"}}", "12:58"),
        new("ago", "How long before the delivery was received a time lies.", "{{ago pull_request.created_at}}", "2 minutes ago"),
        new("join", "The elements of a list, with a text between them (`, ` when none is said).", "{{join facts.changed_files \" + \"}}", "docs/a.md + README.md"),
        new("lower", "The text in small letters.", "{{lower pull_request.base.ref}}", "main"),
        new("upper", "The text in capitals.", "{{upper pull_request.base.ref}}", "MAIN"),
        new("replace", "The text with every occurrence of the second text replaced by the third.", "{{replace pull_request.head.ref \"/\" \": \"}}", "docs: retries"),
        new("json", "The value as JSON.", "{{json pull_request.user}}", """{ "login": "octocat", "id": 583231, "type": "User" }"""),
        new("short_sha", "The first seven characters of a commit's id.", "{{short_sha pull_request.head.sha}}", "9f8e7d6"),
        new("lookup", "The field or element of that name or number.", "{{lookup facts.changed_files 0}}", "docs/a.md"),
        new("eq", "Whether two values are equal; for `if` and `unless`.", "{{#if (eq pull_request.base.ref \"main\")}}to main{{/if}}", "to main"),
        new("link", "A link with a text of its own, in the way of Slack or Markdown; elsewhere the address.", "{{link pull_request.html_url number}}", "<https://github.com/acme/shop/pull/42|42>"),
        new("mention", "A GitHub login as a mention: of the Slack user in Slack (see `people`), of itself on GitHub; elsewhere, and for one nobody knows in Slack, the login.", "{{mention pull_request.user.login}}", "<@U012AB3CD>"),
        new("each", "A block for each element of a list; `{{this}}` is the element, `{{@index}}` its number, `{{../field}}` what stands outside.", "{{#each facts.changed_files}}{{@index}}: {{this}} {{/each}}", "0: docs/a.md 1: README.md "),
        new("if", "A block that is written when the value is there, and not empty, false or 0; with `{{else}}`, and `{{else if …}}`.", "{{#if pull_request.draft}}draft{{else}}ready{{/if}}", "ready"),
        new("unless", "A block that is written when `if` would not write it.", "{{#unless pull_request.merged}}open{{/unless}}", "open"),
        new("with", "A block in which paths start from a value.", "{{#with pull_request.head}}{{ref}} of {{repo.full_name}}{{/with}}", "docs/retries of acme/shop"),
    ];
}
