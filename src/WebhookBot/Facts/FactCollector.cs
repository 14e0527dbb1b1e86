using WebhookBot.Clients;
using WebhookBot.Rules;

namespace WebhookBot.Facts;

/// <summary>Fetches the facts that rules ask for, each once.</summary>
public sealed class FactCollector(IEnumerable<IFactProvider> providers)
{
    private readonly Dictionary<string, IFactProvider> _providers = providers.ToDictionary(p => p.Name, StringComparer.Ordinal);

    /// <summary>The event with those facts beside the ones it has.</summary>
    public async Task<WebhookEvent> CompleteAsync(WebhookEvent e, IEnumerable<string> names, CancellationToken cancellation) =>
        e with { Facts = e.Facts.Concat(await CollectAsync(e, names, cancellation)).ToDictionary(StringComparer.Ordinal) };

    /// <summary>A value for every name asked for: the fact, or the reason why there is none.</summary>
    public async Task<IReadOnlyDictionary<string, FactValue>> CollectAsync(
        WebhookEvent e, IEnumerable<string> names, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(e);
        ArgumentNullException.ThrowIfNull(names);
        var facts = new Dictionary<string, FactValue>(StringComparer.Ordinal);
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            facts[name] = await FetchAsync(e, name, cancellation);
        }

        return facts;
    }

    private async Task<FactValue> FetchAsync(WebhookEvent e, string name, CancellationToken cancellation)
    {
        if (!_providers.TryGetValue(name, out var provider))
        {
            return FactValue.Unavailable($"there is no fact '{name}'; there are: {string.Join(", ", _providers.Keys)}");
        }

        if (!provider.AppliesTo(e))
        {
            return FactValue.Unavailable($"the event {e.Name} has no fact '{name}'");
        }

        try
        {
            return await provider.FetchAsync(e, cancellation);
        }
        catch (Exception exception) when (TransportFaults.Classify(exception, $"the source of '{name}'", cancellation) is { } fault)
        {
            return FactValue.Unreachable(fault.Detail);
        }
    }
}
