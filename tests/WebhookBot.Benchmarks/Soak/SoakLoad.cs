using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using WebhookBot.Benchmarks.Common;

namespace WebhookBot.Benchmarks.Soak;

/// <summary>A steady mixture: three in four are pull requests of GitHub with 3 to 10 KB, the others notifications of Alertmanager.</summary>
internal sealed class SoakLoad(HttpClient client, int rate)
{
    private const int Sizes = 100;

    private readonly ConcurrentBag<(double Minutes, double Milliseconds)> _times = [];
    private long _accepted;
    private long _refused;

    public long Accepted => Interlocked.Read(ref _accepted);

    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>The 99th percentile of those from that minute on, in milliseconds from when each was due.</summary>
    public double P99(double from, double to) =>
        Statistics.P99(_times.Where(time => time.Minutes >= from && time.Minutes < to).Select(time => time.Milliseconds));

    public async Task RunAsync(TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        var running = new List<Task>();
        for (var i = 0L; Stopwatch.GetElapsedTime(began) is var now && now < time; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / rate);
            if (due > now)
            {
                await Task.Delay(due - now);
            }

            running.RemoveAll(task => task.IsCompletedSuccessfully);
            running.Add(SendAsync(i, began, due));
        }

        await Task.WhenAll(running);
    }

    private async Task SendAsync(long i, long began, TimeSpan due)
    {
        using var request = i % 4 == 3 ? Alert(i) : PullRequest(i);
        try
        {
            using var answer = await client.SendAsync(request);
            Interlocked.Increment(ref (int)answer.StatusCode == 202 ? ref _accepted : ref _refused);
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref _refused);
        }

        _times.Add((due.TotalMinutes, (Stopwatch.GetElapsedTime(began) - due).TotalMilliseconds));
    }

    private static HttpRequestMessage PullRequest(long i) => GitHubRequest.Create(3000 + ((int)(i % Sizes) * 70), (int)i);

    private static HttpRequestMessage Alert(long i)
    {
        var status = i % 8 == 3 ? "firing" : "resolved";
        var body = $$$"""{"version":"4","groupKey":"{}:{alertname=\"Soak{{{i}}}\"}","status":"{{{status}}}","receiver":"bot","groupLabels":{},"commonLabels":{"severity":"critical"},"commonAnnotations":{},"externalURL":"https://alerts.example","alerts":[{"status":"{{{status}}}","labels":{"alertname":"Soak"},"annotations":{"summary":"{{{new string('s', 400)}}}"},"startsAt":"2026-01-05T11:58:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"{{{i:x16}}}"}]}""";
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/hooks/alertmanager", UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", GitHubRequest.Secret);
        return request;
    }
}
