using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>More than it can take, senders that send nothing, targets that are slow: it sheds, cuts and keeps on the disk, and stays small.</summary>
[Collection(nameof(Alone))]
public sealed class OverloadTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Answers_overload_with_2xx_or_503_loses_nothing_and_is_quick_again_right_after()
    {
        await using var target = await StandIn.StartAsync();
        await using var bot = await StartAsync(target.Step, ("Journal:MaxIndexLag", "50"));
        var before = Megabytes(bot);
        var load = Load.Start(bot.Address, connections: 128, aSecond: 50_000, filler: 1000);
        await using (load)
        {
            await Task.Delay(TimeSpan.FromSeconds(5), Stop);
        }

        var after = Stopwatch.StartNew();
        Assert.True(await bot.Client.SendAsync("after-the-flood-is-over"));
        var recovered = after.Elapsed;
        var peak = Megabytes(bot);
        await bot.Client.SettledAsync(TimeSpan.FromSeconds(60));
        output.WriteLine($"{string.Join(", ", load.Statuses.OrderBy(s => s.Key).Select(s => $"{s.Key}: {s.Value}"))}, {load.Failures} without an answer; quick again after {recovered.TotalMilliseconds:F0} ms; memory {before:F0} MB before, {peak:F0} MB after");
        Assert.All(load.Statuses.Keys, status => Assert.True(status is 200 or 202 or 503, $"{status}"));
        Assert.True(load.Statuses.ContainsKey(503) && load.Statuses.ContainsKey(202));
        Assert.Equal(0, load.Unhelpful);
        Assert.True(recovered < TimeSpan.FromSeconds(5), $"{recovered}");
        Assert.True(peak - before < 200, $"memory grew by {peak - before} MB");
        var ids = (await bot.Client.ListAllAsync()).Select(d => d.GetProperty("id").GetString()!).ToHashSet();
        Assert.Empty(load.Acknowledged.Except(ids));
    }

    [Fact]
    public async Task Cuts_hundreds_of_senders_that_send_nothing_while_others_are_served()
    {
        await using var target = await StandIn.StartAsync();
        await using var bot = await StartAsync(target.Step);
        await P99Async(bot, 300);
        var alone = await P99Async(bot, 300);
        var slow = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => OpenAsync(bot.Address, i)));
        var watch = Stopwatch.StartNew();
        var beside = await P99Async(bot, 300);
        var ends = await Task.WhenAll(slow.Select(s => EndAsync(s, watch)));

        output.WriteLine($"p99 {alone.TotalMilliseconds:F1} ms alone, {beside.TotalMilliseconds:F1} ms beside 400 idle senders, which were cut after {ends.Min().TotalSeconds:F1} to {ends.Max().TotalSeconds:F1} s");
        Assert.True(ends.Max() < TimeSpan.FromSeconds(20), $"{ends.Max()}");
        Assert.True(beside < alone * 3 + TimeSpan.FromMilliseconds(100), $"{beside}");
        Assert.False(bot.HasExited);
    }

    [Fact]
    public async Task Says_nothing_of_hundreds_of_senders_that_hang_up_in_the_middle_of_a_body()
    {
        await using var target = await StandIn.StartAsync();
        await using var bot = await StartAsync(target.Step);

        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Stop }, async (i, stop) =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
            await socket.ConnectAsync(bot.Address.Host, bot.Address.Port, stop);
            await socket.SendAsync("POST /hooks/github HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256=00\r\nContent-Length: 20000\r\n\r\n{"u8.ToArray(), stop);
            await bot.Client.GetStringAsync("/healthz", stop);
        });
        await bot.Client.SendAsync("one-that-comes-after-them-all");

        Assert.DoesNotContain("fail:", bot.Output, StringComparison.Ordinal);
        Assert.InRange(bot.Output.Split('\n').Count(line => line.Contains("Refused", StringComparison.Ordinal)), 0, 60);
    }

    [Fact]
    public async Task Keeps_what_a_slow_target_does_not_take_on_the_disk_and_stays_small()
    {
        await using var target = await StandIn.StartAsync();
        target.Answer = async (_, stop) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(10), stop);
            return 200;
        };
        await using var bot = await StartAsync(target.Step, ("Actions:DrainTimeout", "00:00:01"));
        await bot.Client.SendAsync("warming-up-the-process");
        var before = Megabytes(bot);
        var most = before;
        await Parallel.ForAsync(0, 3000, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Stop }, async (i, _) =>
        {
            await bot.Client.SendAsync($"slow-delivery-{i:D5}", filler: 10_000);
            if (i % 100 == 0)
            {
                most = Math.Max(most, Megabytes(bot));
            }
        });

        var unfinished = (await bot.Client.ReadinessAsync()).GetProperty("unfinished").GetInt64();
        output.WriteLine($"{unfinished} wait on the disk (30 MB of bodies), memory {before:F0} MB before, {most:F0} MB at most");
        Assert.InRange(unfinished, 2900, 3001);
        Assert.True(most - before < 150, $"memory grew by {most - before} MB");
    }

    [Fact]
    public async Task Takes_no_more_while_as_much_as_may_be_is_unfinished_and_goes_on_by_itself()
    {
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await StandIn.StartAsync();
        target.Answer = async (_, stop) =>
        {
            await mayEnd.Task.WaitAsync(stop);
            return 200;
        };
        await using var bot = await StartAsync(target.Step, ("Journal:MaxUnfinished", "3"));
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await bot.Client.SendAsync($"taken-delivery-{i}", branch: $"b{i}"));
        }

        using (var refused = await bot.Client.SendAsync(FaultBot.Push("one-delivery-too-many"), Stop))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (refused.StatusCode, refused.Headers.RetryAfter is not null));
        }

        Assert.Equal("backlog", Assert.Single((await bot.Client.ReadinessAsync()).GetProperty("codes").EnumerateArray()).GetString());
        Assert.False(bot.HasExited);

        mayEnd.SetResult();

        Assert.True(await bot.Client.SendAsync("one-delivery-too-many"));
        await bot.Client.SettledAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(4, target.Effects.Count);
    }

    private Task<BotProcess> StartAsync(string step, params (string Key, string Value)[] settings)
    {
        var options = FaultBot.Options(_folder, FaultBot.Rules(step));
        return BotProcess.StartAsync(options with { Settings = options.Settings.Concat(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).ToDictionary() });
    }

    private static async Task<TimeSpan> P99Async(BotProcess bot, int requests)
    {
        var times = new ConcurrentBag<TimeSpan>();
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Stop }, async (_, _) =>
        {
            var watch = Stopwatch.StartNew();
            Assert.True(await bot.Client.SendAsync($"quick-{Guid.NewGuid():N}"));
            times.Add(watch.Elapsed);
        });
        return times.Order().ElementAt(requests * 99 / 100);
    }

    // Half of them stop in the headers, half in the body.
    private static async Task<TcpClient> OpenAsync(Uri server, int number)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(server.Host, server.Port, Stop);
        var text = number % 2 == 0 ? "POST /hooks/github HTTP/1.1\r\nHost: x\r\n" : "POST /hooks/github HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256=00\r\nContent-Length: 1000\r\n\r\n{";
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Stop);
        return tcp;
    }

    private static async Task<TimeSpan> EndAsync(TcpClient tcp, Stopwatch watch)
    {
        try
        {
            await tcp.GetStream().CopyToAsync(Stream.Null, Stop).WaitAsync(TimeSpan.FromSeconds(60), Stop);
        }
        catch (IOException)
        {
            // Cut hard.
        }

        tcp.Dispose();
        return watch.Elapsed;
    }

    private static double Megabytes(BotProcess bot)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var line = File.ReadLines($"/proc/{bot.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
