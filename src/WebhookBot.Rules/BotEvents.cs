using System.Text.Json.Nodes;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules;

/// <summary>What happens to the bot itself, told as events of its own source.</summary>
public static class BotEvents
{
    /// <summary>The source that these events name.</summary>
    public const string Source = "bot";

    /// <summary>An action has become a dead letter.</summary>
    public const string DeadLetter = $"{Source}.dead_letter";

    /// <summary>Deliveries of a sender never arrived.</summary>
    public const string MissedDeliveries = $"{Source}.missed_deliveries";

    /// <summary>The payload of <see cref="MissedDeliveries"/>.</summary>
    /// <param name="source">Whose deliveries they are.</param>
    /// <param name="from">When the first was sent.</param>
    /// <param name="to">When the last was sent.</param>
    /// <param name="counts">How many are missing, were asked for, and cannot be had any more.</param>
    /// <param name="unknown">The time before which nobody knows what was sent; null when all is known.</param>
    public static JsonObject MissedDeliveriesOf(string source, DateTimeOffset from, DateTimeOffset to, (int Missing, int Asked, int Lost) counts, DateTimeOffset? unknown) => new()
    {
        ["source"] = source,
        ["from"] = Timestamps.ToText(from),
        ["to"] = Timestamps.ToText(to),
        ["missing"] = counts.Missing,
        ["asked"] = counts.Asked,
        ["lost"] = counts.Lost,
        ["unknown_before"] = unknown is { } time ? Timestamps.ToText(time) : null,
    };

    /// <summary>A target does not work and is left alone.</summary>
    public const string BreakerOpen = $"{Source}.breaker_open";

    /// <summary>It works again.</summary>
    public const string BreakerClosed = $"{Source}.breaker_closed";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [DeadLetter, MissedDeliveries, BreakerOpen, BreakerClosed];

    /// <summary>The payload of <see cref="BreakerOpen"/>.</summary>
    /// <param name="kind">The kind of target: <c>slack</c>, <c>github</c>, <c>http</c>.</param>
    /// <param name="target">The target.</param>
    /// <param name="detail">What the last call met.</param>
    public static JsonObject BreakerOpenOf(string kind, string target, string detail) => new() { ["kind"] = kind, ["target"] = target, ["detail"] = detail };

    /// <summary>The payload of <see cref="BreakerClosed"/>.</summary>
    /// <param name="kind">The kind of target.</param>
    /// <param name="target">The target.</param>
    public static JsonObject BreakerClosedOf(string kind, string target) => new() { ["kind"] = kind, ["target"] = target };

    /// <summary>The payload of <see cref="DeadLetter"/>.</summary>
    /// <param name="delivery">The id of the delivery that the action was planned for.</param>
    /// <param name="name">The delivery's event.</param>
    /// <param name="rule">The rule that asked for the action.</param>
    /// <param name="action">The action's name.</param>
    /// <param name="key">The action's key, by which it is tried again or closed.</param>
    /// <param name="attempts">How often it was tried.</param>
    /// <param name="detail">What came of the last try.</param>
    public static JsonObject DeadLetterOf(string delivery, string name, string rule, string action, string key, int attempts, string detail) => new()
    {
        ["delivery"] = delivery,
        ["event"] = name,
        ["rule"] = rule,
        ["action"] = action,
        ["key"] = key,
        ["attempts"] = attempts,
        ["detail"] = detail,
    };
}
