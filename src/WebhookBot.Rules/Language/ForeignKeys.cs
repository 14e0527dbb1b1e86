using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Language;

/// <summary>What other tools call the keys, for people who come from them: what to write here, by table. None of these names is a key here.</summary>
internal static class ForeignKeys
{
    private const string OnItsSchedule = "a schedule stands behind 'on': on: { schedule: \"0 9 * * MON\", zone: Europe/Oslo }";

    private static readonly Dictionary<string, Dictionary<string, string>> Mends = new(StringComparer.Ordinal)
    {
        ["file"] = Of(
            ("write 'rules', and each rule under a name of its own", "pull_request_rules workflow workflows job jobs route routes trigger triggers automation automations hook hooks"),
            ("write 'vars'", "variable variables env constants defaults"),
            ("write 'people'", "user users member members login logins"),
            ("write 'sources'", "webhook webhooks sender senders endpoint endpoints input inputs"),
            ("tests stand in files of their own, in a folder named 'tests'", "test tests"),
            ("leave it out", "version apiVersion kind"),
            ("what is sent, and where, stands in the steps of a rule: '- slack.post: { channel: \"#dev\", text: … }'", "receiver receivers outputs")),
        ["rule"] = Of(
            ("write 'on'", "trigger triggers event events source hook"),
            ("write 'if'", "condition conditions when where filter filters match matcher matchers criteria only"),
            ("write 'unless'", "except if_not not exclude"),
            ("write 'then'", "action actions step steps do run job jobs task tasks notify receiver receivers"),
            ("write 'else'", "otherwise"),
            ("there is none; write a second rule", "else_if elif elsif"),
            ("write 'mode: off' to switch the rule off; without 'mode' it is live", "enabled enable disabled disable active"),
            ("write 'mode: shadow'", "dry_run dryrun shadow"),
            ("a rule's name is the key it stands under; write 'description' for more words", "name title summary id alias comment"),
            ("write 'wait'", "delay after sleep"),
            ("write 'wait', and under 'still' what must hold when it ends", "for"),
            ("write 'throttle: { key, limit, per }'", "rate_limit ratelimit limit cooldown repeat_interval"),
            ("write 'digest: { key, every }'", "group_by group_wait group_interval batch"),
            ("write 'until'", "expires expiry end ends"),
            (OnItsSchedule, "schedule cron zone timezone"),
            ("ask for the branch under 'if': if: { ref: refs/heads/main }", "branch branches"),
            ("ask for the files under 'if': if: { facts.changed_files: [\"docs/**\"] }", "path paths files"),
            ("an event's whole name stands behind 'on': github.pull_request.opened", "types"),
            ("every rule that matches acts, in whatever order they stand; leave it out", "priority order continue"),
            ("values that rules share stand in the section 'vars' of a file", "vars env variables"),
            ("'retry' belongs to a step of 'then', beside its action", "retries")),
        ["step"] = Of(
            ("write 'retry'", "retries attempts max_attempts retry_count retry_on_failure"),
            ("write 'when'", "if condition conditions only_if where"),
            ("write 'when: { not: { … } }'", "unless"),
            ("write 'name'", "id description title"),
            ("a step that fails does not stop the next ones, unless it says 'stop_on_failure: true'; leave it out", "continue_on_error"),
            ("a rule waits, not a step: write 'wait' beside 'on'", "wait delay"),
            ("each action has its own time limit; leave it out", "timeout timeout_minutes")),
        ["schedule"] = Of(("write 'schedule'", "cron at every"), ("write 'zone'", "timezone time_zone tz"), ("write the event's name behind 'on' itself: on: github.pull_request.opened", "event events name type types")),
        ["throttle"] = Of(("write 'per'", "every window interval within period time"), ("write 'limit'", "max count times rate burst"), ("write 'key'", "by group_by")),
        ["debounce"] = Of(("write 'for'", "wait delay quiet interval period per every"), ("write 'key'", "by group_by")),
        ["digest"] = Of(("write 'every'", "window interval wait for per period"), ("write 'max'", "limit count"), ("write 'key'", "by group_by")),
        ["retry"] = Of(("write 'attempts'", "count max_attempts retries times limit"), ("write 'base'", "delay initial backoff interval wait"), ("write 'max'", "max_delay cap")),
        ["source"] = Of(
            ("write 'preset'", "type kind provider sender"),
            ("write 'secret' with the NAME of the setting that holds it", "token signing_secret webhook_secret key password signing_key"),
            ("it belongs under 'verify'", "hmac ed25519 ecdsa bearer basic jwks header signature prefix encoding signed timestamp tolerance"),
            ("which events a rule is for stands behind its 'on'; leave it out", "events on"),
            ("a source has the address /hooks/ and its name; leave it out", "url path endpoint address name"),
            ("write 'allow_from'", "ips allowed_ips allow allowlist whitelist networks ip_allowlist"),
            ("write 'id', where the delivery's id stands", "delivery_id idempotency_key")),
        ["secret"] = Of(("write 'name'", "env setting key from_env value from variable"), ("write 'until'", "expires end valid_until")),
    };

    /// <summary><c>; write 'then'</c>; null when no other tool calls a key of that table so.</summary>
    public static string? Mend(KeyTable table, string key) =>
        Mends.TryGetValue(table.Name, out var mends) && mends.TryGetValue(key.Replace('-', '_'), out var mend) ? $"; {mend}" : null;

    /// <summary>Whether the mapping has that key under a name from elsewhere: that is told, and not that the key is missing.</summary>
    public static bool StandFor(KeyTable table, YamlMapping mapping, params string[] keys) =>
        mapping.Entries.Where(e => !table.Names.Contains(e.Key.Text)).Any(e => keys.Any(k => Suggestion.StandsFor(e.Key.Text, k, table.Names, Mend(table, e.Key.Text))));

    private static Dictionary<string, string> Of(params (string Mend, string Keys)[] mends) => mends
        .SelectMany(m => m.Keys.Split(' ').Select(k => (Key: k, m.Mend)))
        .ToDictionary(m => m.Key, m => m.Mend, StringComparer.OrdinalIgnoreCase);
}
