namespace WebhookBot.Rules.Planning;

/// <summary>What happened before, as far as rules with <c>throttle</c>, <c>digest</c> and <c>max_per_subject</c> ask.</summary>
public interface IRuleState
{
    /// <summary>The time; later than the event's when the bot was busy or down.</summary>
    DateTimeOffset Now { get; }

    /// <summary>How many marks of that key there are since that time.</summary>
    int Count(string mark, DateTimeOffset since);

    /// <summary>The digest of that key that still gathers, or null.</summary>
    OpenDigest? FindDigest(string hold);
}

/// <summary>A digest that still gathers.</summary>
/// <param name="Batch">Its id.</param>
/// <param name="Due">When it is told.</param>
/// <param name="Count">How many events it holds.</param>
public sealed record OpenDigest(string Batch, DateTimeOffset Due, int Count);

/// <summary>Nothing happened before.</summary>
/// <param name="now">The time.</param>
public sealed class NothingBefore(DateTimeOffset now) : IRuleState
{
    /// <inheritdoc/>
    public DateTimeOffset Now => now;

    /// <inheritdoc/>
    public int Count(string mark, DateTimeOffset since) => 0;

    /// <inheritdoc/>
    public OpenDigest? FindDigest(string hold) => null;
}
