using System.ComponentModel.DataAnnotations;

namespace WebhookBot.Intake;

/// <summary>Settings under <c>Intake</c>.</summary>
public sealed class IntakeOptions
{
    /// <summary>The section these are bound from.</summary>
    public const string Section = "Intake";

    /// <summary>Bodies larger than this many bytes are refused before they are read. 25 MB is what GitHub sends at the most.</summary>
    [Range(1024d, 26_214_400d)]
    public long MaxBodyBytes { get; set; } = 26_214_400;

    /// <summary>Bodies that are read at one time take at most this many bytes together; more wait for their turn.</summary>
    [Range(26_214_400, 1L << 40)]
    public long MaxBytesInFlight { get; set; } = 40L << 20;

    /// <summary>So many deliveries may wait at one time to be written down; who sends more is sent away with a 503.</summary>
    [Range(1, 1_000_000)]
    public int MaxWaiting { get; set; } = 1_000;

    /// <summary>How long a request waits for its turn, and how long a large body may take, before it is sent away with a 503.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Intake:BodyTimeout must lie between a second and an hour, for example 00:00:15")]
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The bot's address as senders know it, such as https://bot.example.com, for those that sign it (Twilio); the one that the request names
    /// when nothing is said.
    /// </summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Requests that do not verify: so many a second from one address to one source are looked at, the rest is answered with 429.</summary>
    [Range(1, 1_000_000)]
    public int UnverifiedPerSecond { get; set; } = 50;

    /// <summary>How many more than that may come at once.</summary>
    [Range(1, 10_000_000)]
    public int UnverifiedBurst { get; set; } = 200;

    /// <summary>Networks whose <c>X-Forwarded-For</c> is believed: the reverse proxies in front of the bot.</summary>
    public IList<string> AllowFromProxies { get; } = [];
}
