using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Faults;

/// <summary>What the rules' calls go to: it is told a pull request's number, and keeps when it was called with it.</summary>
internal sealed class FaultTarget : IAsyncDisposable
{
    private WebApplication _app = null!;

    private FaultTarget()
    {
    }

    /// <summary>The number of each call, and the time stamp of its coming.</summary>
    public ConcurrentQueue<(long Number, long At)> Calls { get; } = new();

    /// <summary>The status it answers with, and before that whatever it waits for.</summary>
    public Func<long, CancellationToken, Task<int>> Answer { get; set; } = static (_, _) => Task.FromResult(200);

    public string Url => _app.Urls.First();

    /// <summary>One rule that calls it for every pull request, and one that matches none.</summary>
    public string Rules => $$$"""
        rules:
          tell:
            on: github.pull_request.opened
            max_per_subject: 10000
            then:
              - http: { url: "{{{Url}}}/", body: "{{number}}" }
          never:
            on: github.pull_request.*
            if: { pull_request.base.ref: there-is-no-such-branch }
            then:
              - http: { url: "https://nowhere.example/" }
        """;

    public static async Task<FaultTarget> StartAsync()
    {
        var target = new FaultTarget();
        target._app = await LoopbackServer.StartAsync(target.TakeAsync);
        return target;
    }

    /// <summary>How often it was called with each number.</summary>
    public Dictionary<long, int> Counts() => Calls.GroupBy(c => c.Number).ToDictionary(g => g.Key, g => g.Count());

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    // GitHub's API, which a rule may ask as well, sends no number; it is down.
    private async Task TakeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        if (!long.TryParse(await reader.ReadToEndAsync(http.RequestAborted), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            http.Response.StatusCode = 500;
            return;
        }

        Calls.Enqueue((number, Stopwatch.GetTimestamp()));
        http.Response.StatusCode = await Answer(number, http.RequestAborted);
    }
}
