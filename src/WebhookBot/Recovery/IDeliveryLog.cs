using WebhookBot.Clients;
using WebhookBot.Intake;

namespace WebhookBot.Recovery;

/// <summary>What a sender itself keeps of what it sent, by which the bot finds what never reached it. One for each sender that has such a log.</summary>
internal interface IDeliveryLog
{
    /// <summary>The preset of the source whose deliveries these are.</summary>
    string Preset { get; }

    /// <summary>That source's name, if the settings say.</summary>
    string? Source { get; }

    /// <summary>Which setting is missing to read it; null when none is.</summary>
    string? MissingSetting { get; }

    /// <summary>True when <see cref="RecoverAsync"/> takes a delivery in, false when it has the sender send it again.</summary>
    bool Fetches { get; }

    /// <summary>The pages of the log, newest first; whoever reads them stops when they are too old.</summary>
    /// <exception cref="DeliveryLogException">It cannot be read.</exception>
    IAsyncEnumerable<IReadOnlyList<LoggedDelivery>> ReadAsync(DateTimeOffset since, CancellationToken cancellation);

    /// <summary>Fetches a delivery or has it sent again. Null when that is done; else why this one cannot be had, now or later.</summary>
    /// <exception cref="DeliveryLogException">It cannot be done now.</exception>
    Task<string?> RecoverAsync(LoggedDelivery delivery, WebhookSource source, CancellationToken cancellation);
}

/// <summary>A sender's log did not do what was asked of it.</summary>
internal sealed class DeliveryLogException(CallFault fault, Exception? inner = null) : Exception(fault.Detail, inner)
{
    public CallFault Fault { get; } = fault;
}

/// <summary>One try of a sender's, as its log has it.</summary>
/// <param name="Place">When it was, and its number in the log.</param>
/// <param name="SenderId">The id that all tries of one delivery share.</param>
/// <param name="Arrived">Whether somebody took it.</param>
/// <param name="IsRepeat">Whether it was sent before.</param>
internal sealed record LoggedDelivery(LogPlace Place, string SenderId, bool Arrived, bool IsRepeat)
{
    public DateTimeOffset At => Place.At;
}

/// <summary>A place in a log.</summary>
/// <param name="At">The time, by the sender's clock.</param>
/// <param name="Id">The number that the log itself gives it.</param>
internal readonly record struct LogPlace(DateTimeOffset At, string Id)
{
    /// <summary>Oldest first. Numbers are compared as such, however long they are.</summary>
    public static IComparer<LogPlace> OldestFirst { get; } = Comparer<LogPlace>.Create((a, b) =>
        a.At != b.At ? a.At.CompareTo(b.At) : a.Id.Length != b.Id.Length ? a.Id.Length.CompareTo(b.Id.Length) : string.CompareOrdinal(a.Id, b.Id));

    public bool IsAfter(LogPlace other) => OldestFirst.Compare(this, other) > 0;
}
