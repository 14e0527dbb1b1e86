using System.Collections.Concurrent;
using System.Net;
using WebhookBot.Clients.Http;

namespace WebhookBot.Intake;

/// <summary>
/// Keys that senders publish: certificates, key sets. Fetched when they are first needed, kept, and asked for again at the most once a
/// minute, so that nobody can make the bot ask by sending rubbish. Which host may be asked is for the check to say.
/// </summary>
internal sealed class PublishedKeys(GuardedHttp http, TimeProvider clock)
{
    private const int MostKept = 64;

    // GitHub tells its networks in some hundred KB.
    private const int LargestAnswer = 2 << 20;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Uri, Entry> _entries = new();

    /// <summary>What is published there; null when it could not be had. An older answer is better than none.</summary>
    /// <param name="address">Where.</param>
    /// <param name="isFresh">Asks again if the last answer is older than a minute: a key that is not in it may be new.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<string?> FindAsync(Uri address, bool isFresh, CancellationToken cancellation)
    {
        if (!_entries.TryGetValue(address, out var entry))
        {
            if (_entries.Count >= MostKept)
            {
                Forget();
            }

            entry = _entries.GetOrAdd(address, _ => new Entry());
        }

        var now = clock.GetUtcNow();
        var isDue = now - entry.AskedAt >= BetweenAttempts && (isFresh || entry.Text is null || now - entry.FetchedAt >= Lifetime);
        if (isDue)
        {
            await entry.Gate.WaitAsync(cancellation);
            try
            {
                if (now - entry.AskedAt >= BetweenAttempts)
                {
                    entry.AskedAt = now;
                    await FetchAsync(address, entry, cancellation);
                }
            }
            finally
            {
                entry.Gate.Release();
            }
        }

        return entry.Text;
    }

    // When it cannot be had, the last answer stays; the check tells that there is none.
    private async Task FetchAsync(Uri address, Entry entry, CancellationToken cancellation)
    {
        if (http.Problem(address) is not null)
        {
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var (answer, _) = await http.SendAsync(request, cancellation, LargestAnswer);
        if (answer is { Status: HttpStatusCode.OK })
        {
            entry.Text = answer.Beginning;
            entry.FetchedAt = clock.GetUtcNow();
        }
    }

    private void Forget()
    {
        foreach (var (address, _) in _entries.OrderBy(e => e.Value.AskedAt).Take(MostKept / 2))
        {
            _entries.TryRemove(address, out _);
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public string? Text { get; set; }

        public DateTimeOffset AskedAt { get; set; }

        public DateTimeOffset FetchedAt { get; set; }
    }
}
