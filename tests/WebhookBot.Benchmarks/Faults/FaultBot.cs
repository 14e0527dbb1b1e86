using System.Diagnostics;
using System.Text.Json;
using WebhookBot.Benchmarks.Common;
using WebhookBot.Benchmarks.Start;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>The bot as a process of its own, listening on loopback.</summary>
internal sealed class FaultBot : IAsyncDisposable
{
    private const string Source = "sources:\n  github: { preset: github, secret: GITHUB_WEBHOOK_SECRET }\n";

    // While it works something off there is always a little that lists do not show yet.
    private const int MostUnlisted = 2000;

    private readonly Child _process;

    private FaultBot(Child process, Uri address) => (_process, Address, Client) = (process, address, new HttpClient { BaseAddress = address });

    public Uri Address { get; }

    /// <summary>For questions; loads have clients of their own.</summary>
    public HttpClient Client { get; }

    public double Megabytes => _process.Megabytes;

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="folder">Holds its rules and its data; the same one again goes on with what was there.</param>
    /// <param name="rules">A rule file without sources; there is one, <c>github</c>.</param>
    /// <param name="settings">Settings as environment variables.</param>
    /// <param name="address">Where it listens; null takes a free port.</param>
    public static async Task<FaultBot> StartAsync(string folder, string rules, IReadOnlyDictionary<string, string>? settings = null, Uri? address = null)
    {
        var (files, data) = (Directory.CreateDirectory(Path.Combine(folder, "rules")).FullName, Directory.CreateDirectory(Path.Combine(folder, "data")).FullName);
        await File.WriteAllTextAsync(Path.Combine(files, "rules.yml"), Source + rules);
        var environment = new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["GITHUB_WEBHOOK_SECRET"] = GitHubRequest.Secret,
            ["Http__AllowPrivateAddresses"] = "true",
            ["Logging__LogLevel__WebhookBot.Pipeline.DeliveryStory"] = "Warning",
        };
        var (process, url, _) = await StartBenchmark.StartReadyAsync(data, files, environment, address);
        return new FaultBot(process, url);
    }

    /// <summary>How many deliveries and actions are not finished, and how many records lists do not show yet.</summary>
    public async Task<(long Unfinished, long Lag)> ReadinessAsync()
    {
        using var answer = await Client.GetAsync(new Uri("/readyz", UriKind.Relative));
        using var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var unfinished = said.RootElement.GetProperty("unfinished").GetInt64() + said.RootElement.GetProperty("retrying").GetInt64();
        return (unfinished, said.RootElement.GetProperty("index_lag").GetInt64());
    }

    /// <summary>Waits until nothing is unfinished and lists show everything. How long that took.</summary>
    /// <exception cref="TimeoutException">It is not so in time.</exception>
    public Task<TimeSpan> SettleAsync(TimeSpan within, bool isListed = true) => WaitAsync(within, state => state.Unfinished == 0 && (!isListed || state.Lag == 0));

    /// <summary>Waits until lists show everything, finished or not. How long that took.</summary>
    /// <exception cref="TimeoutException">It is not so in time.</exception>
    public Task<TimeSpan> ListingAsync(TimeSpan within) => WaitAsync(within, state => state.Lag < MostUnlisted);

    /// <summary>Every delivery's id, with how many copies of it came.</summary>
    public async Task<Dictionary<string, int>> ListAsync()
    {
        var all = new Dictionary<string, int>();
        for (var cursor = ""; ;)
        {
            using var page = JsonDocument.Parse(await Client.GetStringAsync(new Uri($"/api/deliveries?limit=1000{cursor}", UriKind.Relative)));
            foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
            {
                all[item.GetProperty("id").GetString()!] = item.GetProperty("duplicates").GetInt32();
            }

            if (page.RootElement.GetProperty("next").GetString() is not { } next)
            {
                return all;
            }

            cursor = $"&cursor={next}";
        }
    }

    /// <summary>SIGTERM. Gives the exit code.</summary>
    public Task<int> StopAsync() => _process.StopAsync(TimeSpan.FromSeconds(40));

    private async Task<TimeSpan> WaitAsync(TimeSpan within, Func<(long Unfinished, long Lag), bool> isSo)
    {
        var began = Stopwatch.GetTimestamp();
        for (var told = 0; await ReadinessAsync() is var state && !isSo(state);)
        {
            var waited = Stopwatch.GetElapsedTime(began);
            if (waited > within)
            {
                throw new TimeoutException($"{state.Unfinished} unfinished and {state.Lag} not listed after {within}");
            }

            if (waited.TotalSeconds > 10 * (told + 1))
            {
                told++;
                Report.Progress($"  {state.Unfinished:N0} unfinished, {state.Lag:N0} not listed");
            }

            await Task.Delay(20);
        }

        return Stopwatch.GetElapsedTime(began);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.KillAsync();
        await _process.DisposeAsync();
    }
}
