using WebhookBot.Rules.Compilation;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules;

/// <summary>What the rules in a repository of its own may do: <c>"acme/*": { actions: [github.*], channels: ["#acme-*"] }</c>.</summary>
/// <param name="Position">Where it is written.</param>
/// <param name="Pattern">A glob of <c>owner/name</c>.</param>
/// <param name="Actions">Globs of actions; a rule of the repository may use no others.</param>
/// <param name="Channels">Globs of Slack channels; a rule of the repository may post to no others.</param>
public sealed record RepositoryGrant(SourcePosition Position, string Pattern, IReadOnlyList<string> Actions, IReadOnlyList<string> Channels)
{
    /// <summary>Whether it is about that repository, <c>owner/name</c>.</summary>
    public bool Covers(string repository) => new Glob(Pattern).Matches(repository);

    /// <summary>Whether rules of the repository may use that action.</summary>
    public bool Allows(string action) => Actions.Any(a => new Glob(a).Matches(action));

    /// <summary>Whether rules of the repository may post to that channel.</summary>
    public bool AllowsChannel(string channel) => Channels.Any(c => new Glob(c).Matches(channel));
}
