namespace WebhookBot.Rules;

/// <summary>
/// The three truth values of a condition. <see cref="Unknown"/> means that a condition could not be decided (a fact is
/// truncated or could not be fetched), which is not the same as not holding. The order is that of Kleene's logic: "and" is the
/// minimum, "or" the maximum.
/// </summary>
public enum Truth
{
    /// <summary>The condition does not hold.</summary>
    False = 0,

    /// <summary>Whether the condition holds cannot be told.</summary>
    Unknown = 1,

    /// <summary>The condition holds.</summary>
    True = 2,
}

/// <summary>Kleene's three-valued operations.</summary>
public static class TruthExtensions
{
    /// <summary>True becomes false and the reverse; unknown stays unknown.</summary>
    public static Truth Negate(this Truth truth) => (Truth)(2 - (int)truth);

    /// <summary>Both must hold.</summary>
    public static Truth And(this Truth left, Truth right) => left < right ? left : right;

    /// <summary>One must hold.</summary>
    public static Truth Or(this Truth left, Truth right) => left > right ? left : right;

    /// <summary><see cref="Truth.True"/> or <see cref="Truth.False"/>.</summary>
    public static Truth ToTruth(this bool value) => value ? Truth.True : Truth.False;
}
