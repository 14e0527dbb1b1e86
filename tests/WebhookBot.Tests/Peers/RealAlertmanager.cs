using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace WebhookBot.Tests.Peers;

/// <summary>An alert that was posted.</summary>
public sealed record PostedAlert(IReadOnlyDictionary<string, string> Labels, DateTimeOffset StartsAt);

/// <summary>Debian's Alertmanager, sending to one webhook receiver, with waits as short as it allows.</summary>
public sealed class RealAlertmanager : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly TemporaryFolder _folder;
    private readonly HttpClient _client;

    private RealAlertmanager(ChildProcess process, TemporaryFolder folder, Uri address)
    {
        _process = process;
        _folder = folder;
        _client = new HttpClient { BaseAddress = address };
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => _client.BaseAddress!;

    /// <summary>Its log so far, to show when a test fails.</summary>
    public string Log => _process.Output;

    /// <summary>Starts it; skips the test when it is not installed.</summary>
    /// <param name="receiver">Where it posts notifications.</param>
    /// <param name="bearerToken">The credentials it posts them with.</param>
    /// <param name="groupBy">The labels that make a group.</param>
    public static async Task<RealAlertmanager> StartAsync(Uri receiver, string bearerToken, params string[] groupBy)
    {
        var program = Requires.Tool("prometheus-alertmanager");
        var folder = new TemporaryFolder();
        try
        {
            var config = folder.Write("alertmanager.yml", Config(receiver, bearerToken, groupBy));
            var (process, address) = await ChildProcess.StartServerAsync(
                address => ChildProcess.Start(new ProcessStartInfo(program)
                {
                    ArgumentList =
                    {
                        $"--config.file={config}",
                        $"--storage.path={Path.Combine(folder.Path, "storage")}",
                        $"--web.listen-address={address.Authority}",
                        "--cluster.listen-address=",
                    },
                }),
                "/-/ready",
                TimeSpan.FromSeconds(30));
            return new RealAlertmanager(process, folder, address);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Posts an alert that fires until it is resolved.</summary>
    public async Task<PostedAlert> FireAsync(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string>? annotations = null)
    {
        var now = DateTimeOffset.UtcNow;
        await PostAsync(new { labels, annotations = annotations ?? new Dictionary<string, string>(), startsAt = now, endsAt = now.AddHours(1) });
        return new PostedAlert(labels, now);
    }

    /// <summary>Ends an alert.</summary>
    public Task ResolveAsync(PostedAlert alert) =>
        // The same start, or it would be a second alert whose past it does not join to the first.
        PostAsync(new { labels = alert.Labels, startsAt = alert.StartsAt, endsAt = DateTimeOffset.UtcNow });

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    // JSON is YAML too, and needs no quoting by hand.
    private static string Config(Uri receiver, string bearerToken, string[] groupBy) => JsonSerializer.Serialize(new
    {
        route = new
        {
            receiver = "bot",
            group_by = groupBy.Length > 0 ? groupBy : ["alertname"],
            group_wait = "0s",
            group_interval = "1s",
            repeat_interval = "1h",
        },
        receivers = new[]
        {
            new
            {
                name = "bot",
                webhook_configs = new[]
                {
                    new
                    {
                        url = receiver.ToString(),
                        send_resolved = true,
                        http_config = new { authorization = new { type = "Bearer", credentials = bearerToken } },
                    },
                },
            },
        },
    });

    private async Task PostAsync(object alert)
    {
        using var response = await _client.PostAsJsonAsync(new Uri("/api/v2/alerts", UriKind.Relative), new[] { alert });
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                $"Alertmanager answered {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}\n{Log}");
        }
    }
}
