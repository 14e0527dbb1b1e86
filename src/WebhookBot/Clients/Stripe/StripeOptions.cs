namespace WebhookBot.Clients.Stripe;

/// <summary>Settings under <c>Recovery:Stripe</c>: Stripe is called for nothing else.</summary>
public sealed class StripeOptions
{
    /// <summary>The section these are bound from.</summary>
    public const string Section = "Recovery:Stripe";

    /// <summary>Where Stripe's API is.</summary>
    public Uri ApiUrl { get; set; } = new("https://api.stripe.com/");

    /// <summary>A restricted key that may read events (<c>rk_…</c>); nothing is asked of Stripe without one.</summary>
    public Secret? ApiKey { get; set; }

    /// <summary>The source whose events these are; needed when several have the preset.</summary>
    public string? Source { get; set; }
}
