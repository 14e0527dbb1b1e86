using WebhookBot.Rules;

namespace WebhookBot.Facts;

/// <summary>Fetches something the payload lacks and a rule asks for. One class, one line in <c>FactsSetup.cs</c>.</summary>
public interface IFactProvider
{
    /// <summary>What rules call it, without <c>facts.</c>.</summary>
    string Name { get; }

    /// <summary>Whether events like this one have it.</summary>
    bool AppliesTo(WebhookEvent e);

    /// <summary>The value, or why it cannot be had. Throws only for our own mistakes and what the network does.</summary>
    Task<FactValue> FetchAsync(WebhookEvent e, CancellationToken cancellation);
}
