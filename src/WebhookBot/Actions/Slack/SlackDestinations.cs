using WebhookBot.Clients;
using WebhookBot.Clients.Slack;

namespace WebhookBot.Actions.Slack;

/// <summary>Finds out whom a rule means: a channel by name or id, a person by id or e-mail address.</summary>
public sealed class SlackDestinations(SlackClient slack, SlackChannels channels)
{
    /// <summary>What Slack takes as the channel, or why there is none.</summary>
    internal async Task<(string Channel, CallFault? Fault)> FindAsync(string named, CancellationToken cancellation)
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

        return person.Contains('@', StringComparison.Ordinal)
            ? await ByEmailAsync(person, cancellation)
            : (named, CallFault.Stop(
                $"'{Redaction.Clean(named)}' is not known in Slack; give the person's Slack id (U…) or e-mail address"));
    }

    /// <summary>Forgets what turned out to be wrong.</summary>
    internal Task ForgetAsync(string named, CancellationToken cancellation) => channels.ForgetAsync(named, cancellation);

    private async Task<(string Channel, CallFault? Fault)> ByEmailAsync(string email, CancellationToken cancellation)
    {
        var answer = await slack.ReadAsync("users.lookupByEmail", new Dictionary<string, string?> { ["email"] = email }, cancellation);
        return answer.Body.TextAt("user", "id") is { } id
            ? (id, null)
            : (email, answer.Fault ?? CallFault.Retry("Slack's answer to users.lookupByEmail could not be read"));
    }
}
