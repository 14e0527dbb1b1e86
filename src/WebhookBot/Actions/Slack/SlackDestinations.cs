using System.Collections.Concurrent;
using System.Text.Json;
using WebhookBot.Clients;
using WebhookBot.Clients.GitHub;
using WebhookBot.Clients.Slack;
using WebhookBot.Rules;

namespace WebhookBot.Actions.Slack;

/// <summary>
/// Finds out whom a rule means: a channel by name or id, a person by id, e-mail address or GitHub login. A login is looked up in the rule
/// files' <c>people</c>, and else by the e-mail address that its owner shows on GitHub.
/// </summary>
public sealed class SlackDestinations(SlackClient slack, SlackChannels channels, GitHubApi github, IRuleSetInForce rules, TimeProvider time)
{
    private const int MostKept = 10_000;

    private static readonly TimeSpan UnsaidWait = TimeSpan.FromSeconds(30);

    // Slack answers some fifty questions of this kind a minute, and who somebody is hardly changes.
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(6);

    private readonly ConcurrentDictionary<string, (string User, long FoundAt)> _found = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What Slack takes as the channel, or why there is none.</summary>
    internal async Task<(string Channel, CallFault? Fault)> FindAsync(string named, JsonElement payload, CancellationToken cancellation)
    {
        if (!named.StartsWith('@'))
        {
            return (await channels.ResolveAsync(named, cancellation), null);
        }

        var person = named[1..];
        if (SlackChannels.IsId(person))
        {
            return (person, null);
        }

        var isEmail = person.Contains('@', StringComparison.Ordinal);
        if (!isEmail && rules.Current.People.TryGetValue(person, out var user))
        {
            return (user, null);
        }

        if (_found.TryGetValue(person, out var known) && time.GetElapsedTime(known.FoundAt) < MaxAge)
        {
            return (known.User, null);
        }

        var found = isEmail ? await ByEmailAsync(person, cancellation) : await ByLoginAsync(person, payload, cancellation);
        if (found.Fault is null)
        {
            Keep(person, found.Channel);
        }

        return found;
    }

    /// <summary>Forgets what turned out to be wrong.</summary>
    internal Task ForgetAsync(string named, CancellationToken cancellation)
    {
        _found.TryRemove(named.TrimStart('@'), out _);
        return channels.ForgetAsync(named, cancellation);
    }

    private void Keep(string person, string user)
    {
        if (_found.Count >= MostKept)
        {
            _found.Clear();
        }

        _found[person] = (user, time.GetTimestamp());
    }

    private async Task<(string Channel, CallFault? Fault)> ByLoginAsync(string login, JsonElement payload, CancellationToken cancellation)
    {
        var (email, fault) = await EmailAsync(login, payload, cancellation);
        if (email is not null)
        {
            return await ByEmailAsync(email, cancellation);
        }

        var shown = Redaction.Clean(login);
        return (login, fault ?? CallFault.Stop($"nobody knows who '@{shown}' is in Slack; name the user in the rule files: people: {{ {shown}: U012AB3CD }}") with { IsOurs = true });
    }

    private async Task<(string? Email, CallFault? Fault)> EmailAsync(string login, JsonElement payload, CancellationToken cancellation)
    {
        if (github.MissingSetting is not null || RepositoryName.Parse(payload.TextAt("repository", "full_name")) is not { } repository)
        {
            return default;
        }

        try
        {
            var user = await github.RunAsync(repository, payload.NumberAt("installation", "id"), c => c.User.Get(login), cancellation);
            return (string.IsNullOrEmpty(user.Email) ? null : user.Email, null);
        }
        catch (Exception e) when (GitHubFaults.Classify(e, DateTimeOffset.MinValue, time.GetUtcNow(), cancellation) is { } fault)
        {
            return (null, fault.MayBeRetried ? OfGitHub(fault) : null);
        }
    }

    private async Task<(string Channel, CallFault? Fault)> ByEmailAsync(string email, CancellationToken cancellation)
    {
        var answer = await slack.ReadAsync("users.lookupByEmail", new Dictionary<string, string?> { ["email"] = email }, cancellation);
        return answer.Body.TextAt("user", "id") is { } id
            ? (id, null)
            : (email, answer.Fault is { } fault ? fault with { MayHaveHappened = false } : CallFault.Retry("Slack's answer to users.lookupByEmail could not be read"));
    }

    // Nothing was posted, and Slack itself is well: this person's messages alone wait, and no attempt of theirs is counted.
    private static CallFault OfGitHub(CallFault fault) => fault.Kind == FaultKind.Limited ? fault with { MayHaveHappened = false }
        : CallFault.Limited(fault.Detail, fault.After, UnsaidWait);
}
