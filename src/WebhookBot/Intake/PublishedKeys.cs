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
    /// <summary>How many addresses that requests name are asked a minute, in all.</summary>
    public const int MostAskedAMinute = 10;

    private const int MostNamed = 64;

    // GitHub tells its networks in some hundred KB; a certificate has some two.
    private const int LargestAnswer = 2 << 20;
    private const int LargestNamed = 64 << 10;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Uri, Entry> _entries = new();
    private readonly Dictionary<Uri, Entry> _named = [];
    private readonly Lock _gate = new();
    private DateTimeOffset _minute;
    private int _askedThisMinute;

    /// <summary>What is published there; null when it could not be had. An older answer is better than none.</summary>
    /// <param name="address">Where, as the settings or the preset have it.</param>
    /// <param name="isFresh">Asks again if the last answer is older than a minute: a key that is not in it may be new.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<string?> FindAsync(Uri address, bool isFresh, CancellationToken cancellation) =>
        FindAsync(address, _entries.GetOrAdd(address, _ => new Entry(isNamed: false)), isFresh, cancellation);

    /// <summary>
    /// What is published at an address that a request names which has not been verified. However many are named, few are asked a minute, and what
    /// was found stays before what was not.
    /// </summary>
    public async ValueTask<string?> FindNamedAsync(Uri address, CancellationToken cancellation)
    {
        Entry? entry;
        lock (_gate)
        {
            if (!_named.TryGetValue(address, out entry))
            {
                if (!MayAsk(clock.GetUtcNow(), take: false))
                {
                    return null;
                }

                if (_named.Count >= MostNamed)
                {
                    _named.Remove(_named.OrderBy(e => e.Value.Text is not null).ThenBy(e => e.Value.AskedAt).First().Key);
                }

                _named[address] = entry = new Entry(isNamed: true);
            }
        }

        return await FindAsync(address, entry, isFresh: false, cancellation);
    }

    // Who comes while it is being fetched waits for it, unless an older answer is there.
    private async ValueTask<string?> FindAsync(Uri address, Entry entry, bool isFresh, CancellationToken cancellation)
    {
        Task fetch;
        var isMine = false;
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            var isDue = (now - entry.AskedAt).Duration() >= BetweenAttempts && (isFresh || entry.Text is null || (now - entry.FetchedAt).Duration() >= Lifetime);
            if (isDue && entry.Fetch.IsCompleted && (!entry.IsNamed || MayAsk(now, take: true)))
            {
                entry.AskedAt = now;
                entry.Fetch = FetchAsync(address, entry);
                isMine = true;
            }

            fetch = entry.Fetch;
        }

        if (isMine || isFresh || entry.Text is null)
        {
            await fetch.WaitAsync(cancellation);
        }

        return entry.Text;
    }

    private bool MayAsk(DateTimeOffset now, bool take)
    {
        if ((now - _minute).Duration() >= BetweenAttempts)
        {
            (_minute, _askedThisMinute) = (now, 0);
        }

        var may = _askedThisMinute < MostAskedAMinute;
        _askedThisMinute += may && take ? 1 : 0;
        return may;
    }

    // When it cannot be had, the last answer stays; the check tells that there is none. Not with the request's token: who hangs up at once would
    // have nothing found for anybody, minute after minute.
    private async Task FetchAsync(Uri address, Entry entry)
    {
        if (http.Problem(address) is not null)
        {
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var (answer, _) = await http.SendAsync(request, CancellationToken.None, entry.IsNamed ? LargestNamed : LargestAnswer);
        if (answer is { Status: HttpStatusCode.OK })
        {
            entry.Text = answer.Beginning;
            entry.FetchedAt = clock.GetUtcNow();
        }
    }

    private sealed class Entry(bool isNamed)
    {
        public bool IsNamed => isNamed;

        public Task Fetch { get; set; } = Task.CompletedTask;

        public string? Text { get; set; }

        public DateTimeOffset AskedAt { get; set; }

        public DateTimeOffset FetchedAt { get; set; }
    }
}
