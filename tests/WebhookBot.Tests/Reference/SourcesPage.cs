using System.Globalization;
using System.Text;
using WebhookBot.Intake;
using WebhookBot.Rules.Sources;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Tests.Reference;

/// <summary>Writes <c>docs/sources.md</c> from the presets, their guides and their samples.</summary>
internal static class SourcesPage
{
    private const string Start = """
        # Senders

        A source is a sender with a name of its own: webhooks come to `/hooks/NAME`. A preset knows how a kind of sender proves itself, what its
        events are called, and by what a delivery is known again when it comes twice. This page is written from the presets; a sender that is not
        here is described in the rule files, with [`verify`](rules-reference.md#sources-and-verify), or speaks `standard-webhooks`,
        `cloudevents` or `generic`.

        A `secret` is the NAME of a setting. Several `secrets` are tried while they are changed, one that ends as `{ name: OLD, until: 2027-01-31 }`.
        Who sends nothing that can be verified is answered with 401 and no word why; `webhookbot doctor` tells you why. With
        `webhookbot send NAME.EVENT` each source can be tried with a signed sample.

        How much a way to prove oneself is worth, best first: a **signature** over time and body cannot be made or sent again by anybody else; one
        over the **body** alone can be sent again, and is known by its id then; a **token of an issuer** says who sends, and nothing of the body; a
        **secret in a header** is worth as much as the way it takes is closed; a **secret in the address** besides stands in the logs of every
        proxy on that way. Where `verify` stands beside `preset`, it wins: for senders that can be told to sign in another way.

        `allow_from` takes networks, addresses and lists that vendors publish:
        {{lists}}.
        It comes on top of the proof, and never in its place.

        ## Alerts of all senders

        Senders of alerts all tell the same in words of their own. Their events answer to `alert.firing` and `alert.resolved` besides, and have
        `alert` in front of the payload (`payload.alert` is the sender's own). What a sender does not say is absent.

        | Field | What it is |
        |---|---|
        {{alert}}

        A group of alerts that come together (Alertmanager, Grafana) is one `alert`: it fires while any of them does, is as severe as the worst,
        and has the labels that all have; `items` are the single ones. `facts.alerts` is the list of those that fire now, of all senders, each
        with its `source`. Each event that a digest gathered has its `alert`: `{{#each events}}{{alert.name}}{{/each}}`.

        ## Presets

        | Sender's preset | Proves itself by | Tried by |
        |---|---|---|

        """;

    /// <summary>The fields of the common view, and what they mean.</summary>
    public static readonly IReadOnlyList<(string Name, string Meaning)> AlertFields =
    [
        ("name", "what is wrong"),
        ("status", "`firing` or `resolved`"),
        ("severity", "how bad: `critical`, `error`, `warning`, `info` where the sender has such levels, else its own word"),
        ("fingerprint", "what makes it the same alert as before, for a `key`"),
        ("summary", "one line for people"),
        ("url", "where to look at it"),
        ("links", "all the places, a list"),
        ("labels", "its labels, tags or the like, by name"),
        ("started_at", "since when"),
        ("ended_at", "until when, of one that is resolved"),
    ];

    public static string Write()
    {
        var page = new StringBuilder(Start.ReplaceLineEndings("\n").Replace("{{lists}}", string.Join(", ", NetworkLists.Names.Order(StringComparer.Ordinal).Select(n => $"`{n}`")), StringComparison.Ordinal)
            .Replace("{{alert}}", string.Join('\n', AlertFields.Select(f => $"| `alert.{f.Name}` | {f.Meaning} |")), StringComparison.Ordinal));
        foreach (var preset in PresetCatalog.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"| [`{preset.Name}`](#{preset.Name}) | {preset.Description} | {string.Join(", ", Samples(preset).Take(1).Select(s => $"`{s}`"))} |\n");
        }

        foreach (var preset in PresetCatalog.All)
        {
            Append(page, preset);
        }

        return page.ToString();
    }

    private static void Append(StringBuilder page, SourcePreset preset)
    {
        var (setUp, verified, notVerified, see) = Guide(preset.Name);
        page.Append(CultureInfo.InvariantCulture, $"\n## {preset.Name}\n\n{preset.Description}\n\n```yaml\nsources:\n  {Yaml(preset)}\n```\n\n");
        page.Append(CultureInfo.InvariantCulture, $"**At the sender.** {setUp}\n\n**Verified.** {verified}\n\n**Not verified.** {notVerified}\n\n");
        page.Append("| | |\n|---|---|\n");
        Row(page, "Event", Places(preset.Events) + (preset.EventNames.Count == 0 ? "" : $"; {string.Join(", ", preset.EventNames.Select(e => $"`{e.Key}` is called `{e.Value}`"))}"));
        Row(page, "Known again by", preset.Ids.Count == 0 ? "its body" : Places(preset.Ids));
        Row(page, "For", preset.DedupeWindow is { } window ? $"{window.TotalMinutes:0} minutes" : "as long as it is kept");
        Row(page, "Subject", preset.Subjects.Count == 0 ? "none: every event stands alone" : Places(preset.Subjects));
        Row(page, "Also", string.Join("; ", Extras(preset)));
        Row(page, "Body", $"{string.Join(", ", preset.ContentTypes.Select(c => $"`{c}`"))}, at most {Size(preset.MaxBodyBytes)}");
        Row(page, "Waits", preset.Waits is { } waits ? $"{waits.TotalSeconds:0} s for the answer" : "");
        Row(page, "Time signed", Tolerance(preset));
        Row(page, "Answer", preset.Answer switch { WantedAnswer.Empty => "200 without a body", WantedAnswer.NoContent => "204", _ => "202 with the id, 200 when it was held already" });
        Row(page, "Samples", string.Join(", ", Samples(preset).Select(s => $"`{s}`")));
        Row(page, "More", see);
    }

    private static void Row(StringBuilder page, string name, string value)
    {
        if (value.Length > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");
        }
    }

    private static IEnumerable<string> Extras(SourcePreset preset)
    {
        if (preset.Alerts is not null)
        {
            yield return "its events are `alert.firing` and `alert.resolved` too, with the common `alert` view, and feed `facts.alerts`";
        }

        if (preset.Items is { } items)
        {
            yield return $"`items` are its `{items}`";
        }

        if (preset.Splits)
        {
            yield return "a body with several events is one delivery for each";
        }

        if (preset.Handshake is not null || preset.Greeting is not null)
        {
            yield return "its questions before and between events are answered";
        }
    }

    private static string Yaml(SourcePreset preset)
    {
        var keys = new List<string> { $"preset: {preset.Name}" };
        if (preset.NeedsSecret)
        {
            keys.Add($"secret: {Setting(preset)}");
        }

        keys.AddRange(preset.Options.Select(o => o.Name switch
        {
            "topics" => "topics: [\"arn:aws:sns:eu-north-1:123456789012:alarms\"]",
            "tenant" => "tenant: 00000000-0000-0000-0000-000000000000",
            "account" => "account: push@PROJECT.iam.gserviceaccount.com",
            _ => $"{o.Name}: \"https://BOT/hooks/{preset.Name}\"",
        }));
        return $"{Source(preset)}: {{ {string.Join(", ", keys)} }}";
    }

    // As the shipped rules have it, where they have one.
    private static string Setting(SourcePreset preset) => preset.Name switch
    {
        "github" => "GITHUB_WEBHOOK_SECRET",
        "alertmanager" => "ALERTMANAGER_TOKEN",
        _ => $"{preset.Name.Replace('-', '_').ToUpperInvariant()}_{(IsPublicKey(preset) ? "PUBLIC_KEY" : "SECRET")}",
    };

    // The bot's own Slack has that name.
    private static string Source(SourcePreset preset) => preset.Name == "slack" ? "slack-app" : preset.Name;

    private static bool IsPublicKey(SourcePreset preset) =>
        preset.Verify is [{ Algorithm: VerificationAlgorithm.Ed25519 or VerificationAlgorithm.EcdsaP256 }, ..];

    private static string Tolerance(SourcePreset preset) =>
        preset.Verify.Select(v => v.Timestamp).OfType<TimestampRule>().FirstOrDefault() is { } rule ? $"at most {rule.Tolerance.TotalSeconds:0} s off" : "";

    private static string Size(long bytes) => bytes >= 1 << 20 ? $"{bytes >> 20} MB" : $"{bytes >> 10} KB";

    private static string Places(IReadOnlyList<ValueTemplate> templates) => string.Join(", or ", templates.Select(Place));

    private static string Place(ValueTemplate template) => $"`{string.Concat(template.Parts.Where(p => !p.IsSilent).Select(p => p.Place switch
    {
        ValuePlace.Literal => p.Text,
        ValuePlace.Header => $"{{header {p.Text}}}",
        _ => $"{{{p.Text}{(p.IsOptional ? "?" : "")}}}",
    }))}`";

    private static IEnumerable<string> Samples(SourcePreset preset) => SampleCatalog.Names
        .Where(n => n.Split('.')[0] == (preset.EventsOf ?? preset.Name))
        .Select(n => $"{Source(preset)}.{n[(n.IndexOf('.', StringComparison.Ordinal) + 1)..]}");

    private static (string SetUp, string Verified, string NotVerified, string See) Guide(string preset)
    {
        var text = File.ReadAllText(Repository.PathOf("src", "WebhookBot", "Intake", "Presets", "Texts", $"{preset}.md"));
        var parts = text.Split(["At the sender:", "Not verified:", "Verified:", "See:"], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (parts[0], parts[1], parts[2], parts[3]);
    }
}
