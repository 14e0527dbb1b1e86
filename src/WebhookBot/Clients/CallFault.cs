namespace WebhookBot.Clients;

/// <summary>Why a call to the outside did not do its work.</summary>
/// <param name="Detail">In words for a person; never holds a secret.</param>
/// <param name="MayBeRetried">True when trying again may help.</param>
/// <param name="After">How long the target asked to be left alone; null when it did not say.</param>
public sealed record CallFault(string Detail, bool MayBeRetried, TimeSpan? After = null)
{
    /// <summary>Trying again may help.</summary>
    public static CallFault Retry(string detail, TimeSpan? after = null) => new(detail, MayBeRetried: true, after);

    /// <summary>Trying again cannot help.</summary>
    public static CallFault Stop(string detail) => new(detail, MayBeRetried: false);
}
