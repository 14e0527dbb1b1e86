using System.Text.Json;
using WebhookBot.Journal;
using WebhookBot.Rules;

namespace WebhookBot.Facts;

/// <summary>
/// <c>facts.alerts</c>: what is firing now, by what the alert sources themselves sent: a list of alerts as <see cref="Alert.ToJson"/> writes
/// them, with the <c>source</c>. Read from the deliveries that the journal
/// holds, so that it is the same after a restart.
/// </summary>
public sealed class AlertsFact(IJournal journal, IAlertSources sources, TimeProvider clock) : IFactProvider, IDisposable
{
    /// <summary>The name of the fact.</summary>
    public const string FactName = "alerts";

    // Who has not repeated an alert for so long has forgotten it.
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(7);

    private const int PageSize = 200;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<(string Source, string Fingerprint), (Alert Alert, DateTimeOffset At)> _firing = [];
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => FactName;

    /// <inheritdoc/>
    public bool AppliesTo(WebhookEvent e) => true;

    /// <inheritdoc/>
    public async Task<FactValue> FetchAsync(WebhookEvent e, CancellationToken cancellation)
    {
        if (journal.Health.IndexNote is { } note)
        {
            return FactValue.Unreachable($"the deliveries cannot all be looked at: {note}");
        }

        await _gate.WaitAsync(cancellation);
        try
        {
            var names = sources.Names;
            foreach (var source in names)
            {
                await ReadAsync(source, cancellation);
            }

            var oldest = clock.GetUtcNow() - LookBack;
            return FactValue.Known(JsonSerializer.SerializeToElement(_firing
                .Where(f => f.Value.At >= oldest && names.Contains(f.Key.Source))
                .OrderBy(f => f.Value.At)
                .Select(f => f.Value.Alert.ToJson(f.Key.Source))));
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    // From where it was read to last, oldest first.
    private async Task ReadAsync(string source, CancellationToken cancellation)
    {
        var seen = _seen.GetValueOrDefault(source);
        var fresh = new List<DeliverySummary>();
        var query = new DeliveryQuery { Source = source, Since = clock.GetUtcNow() - LookBack, Limit = PageSize };
        while (true)
        {
            var page = await journal.ListAsync(query, cancellation);
            fresh.AddRange(page.Items.TakeWhile(d => d.Sequence > seen));
            if (page.Next is null || page.Items.Count == 0 || page.Items[^1].Sequence <= seen)
            {
                break;
            }

            query = query with { Cursor = page.Next };
        }

        fresh.Reverse();
        foreach (var summary in fresh)
        {
            // A replay tells again what was so long ago.
            if (await journal.FindAsync(summary.Id, cancellation) is { Delivery.Replay: null } record)
            {
                Apply(source, record.Delivery);
            }

            _seen[source] = summary.Sequence;
        }
    }

    private void Apply(string source, Delivery delivery)
    {
        foreach (var alert in sources.Read(source, DeliveryBody.Parse(delivery.Body)))
        {
            if (alert.IsFiring)
            {
                _firing[(source, alert.Fingerprint)] = (alert, delivery.ReceivedAt);
            }
            else
            {
                _firing.Remove((source, alert.Fingerprint));
            }
        }
    }
}
