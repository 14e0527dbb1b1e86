using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Faults;

/// <summary>A full disk refuses and is recovered from, without a restart.</summary>
public sealed class DiskFullTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private string? _mounted;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_folder.Path, "data");

    private string Ballast => Path.Combine(Data, "ballast");

    public void Dispose()
    {
        if (_mounted is not null)
        {
            Run("umount", "-l", _mounted);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Refuses_while_the_disk_is_full_and_accepts_again_soon_after_it_is_not()
    {
        MountSmallDisk();
        WriteBallast(8 << 20);
        await using var target = await StandIn.StartAsync();
        await using var bot = await BotProcess.StartAsync(FaultBot.Options(_folder, FaultBot.Rules(target.Step)));
        await using var load = Load.Start(bot.Address, connections: 4, aSecond: 100, filler: 30_000);
        await FaultBot.UntilAsync(() => Task.FromResult(load.Statuses.GetValueOrDefault(503) > 20), TimeSpan.FromSeconds(60), () => Task.FromResult(string.Join(", ", load.Statuses) + bot.Output));
        Assert.Equal(0, load.Unhelpful);
        var ready = await bot.Client.ReadinessAsync();
        Assert.Equal("not ready", ready.GetProperty("status").GetString());
        Assert.Matches("the disk is nearly full|No space left on device", ready.GetProperty("problems")[0].GetString());
        Assert.False(bot.HasExited);

        File.Delete(Ballast);
        var freed = Stopwatch.StartNew();
        var before = load.Acknowledged.Count;
        await FaultBot.UntilAsync(() => Task.FromResult(load.Acknowledged.Count > before + 5), TimeSpan.FromSeconds(10), () => Task.FromResult(bot.Output));
        output.WriteLine($"accepts again after {freed.Elapsed.TotalSeconds:F1} s; {string.Join(", ", load.Statuses)}");
        await load.StopAsync();
        await bot.Client.SettledAsync(TimeSpan.FromSeconds(60));
        var ids = (await bot.Client.ListAllAsync()).Select(d => d.GetProperty("id").GetString()!).ToList();
        Assert.Empty(load.Acknowledged.Except(ids));
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Empty(ids.Except(target.CountById().Keys));
        Assert.All(target.CountById(), effect => Assert.Equal(1, effect.Value));
    }

    [Fact]
    public async Task Does_an_action_once_whose_success_cannot_be_written_while_the_disk_is_full()
    {
        MountSmallDisk();
        using var log = new CollectedLog();
        await using var target = await StandIn.StartAsync();
        var isFull = new TaskCompletionSource();
        target.Answer = async (_, stop) =>
        {
            await isFull.Task.WaitAsync(stop);
            return 200;
        };
        var lease = TimeSpan.FromSeconds(2);
        var settings = FaultBot.Settings.ToDictionary(s => s.Key, s => (string?)s.Value);
        settings["Journal:Lease"] = lease.ToString();
        await using var bot = await RunningBot.StartAsync(FaultBot.Rules(target.Step), settings, _folder, services => services.AddSingleton<ILoggerProvider>(log));
        await bot.Client.SendAsync("worked-off-once-only");
        await FaultBot.UntilAsync(() => Task.FromResult(target.Effects.Count == 1), TimeSpan.FromSeconds(20), () => Task.FromResult("not called"));
        WriteBallast(long.MaxValue);
        isFull.SetResult();
        await FaultBot.UntilAsync(() => IsRefusedAsync(bot), TimeSpan.FromSeconds(20), async () => (await bot.Client.ReadinessAsync()).ToString());

        // Long enough for the lease to run out more than once, had nobody renewed it.
        await Task.Delay(lease * 3, Stop);
        File.Delete(Ballast);
        await FaultBot.UntilAsync(() => IsRecordedAsync(bot), TimeSpan.FromSeconds(20), () => Task.FromResult(string.Join('\n', log.Lines.Where(l => l.Length > 3).TakeLast(30))));
        var delivery = await bot.GetDeliveryAsync("worked-off-once-only");
        Assert.Single(target.Effects, e => e.Id == "worked-off-once-only");
        Assert.Single(delivery.GetProperty("actions")[0].GetProperty("attempts").EnumerateArray());
        Assert.True(await bot.Client.SendAsync("after-the-disk-was-full"));
        await bot.Client.SettledAsync(TimeSpan.FromSeconds(20));

        // A transaction of LiteDB that a failed write cut off would end the process here.
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static async Task<bool> IsRefusedAsync(RunningBot bot)
    {
        using var answer = await bot.Client.SendAsync(FaultBot.Push($"refused-{Guid.NewGuid():N}"), Stop);
        return (int)answer.StatusCode == 503;
    }

    private static async Task<bool> IsRecordedAsync(RunningBot bot)
    {
        using var answer = await bot.Client.GetAsync("/api/deliveries/worked-off-once-only", Stop);
        return answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync(Stop)).Contains("\"status\":\"done\"", StringComparison.Ordinal);
    }

    private void MountSmallDisk()
    {
        Directory.CreateDirectory(Data);
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Skip("a small disk can be mounted by root on Linux only");
        }

        if (Run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", Data) != 0)
        {
            Assert.Skip("a small disk cannot be mounted here: mount -t tmpfs failed");
        }

        _mounted = Data;
    }

    /// <summary>Fills so many bytes, or all that is left.</summary>
    private void WriteBallast(long bytes)
    {
        try
        {
            var block = new byte[1 << 12];
            using var file = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            for (var written = 0L; written < bytes; written += block.Length)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // The disk is full, as it should be.
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Requires.Tool(program), arguments) { RedirectStandardError = true });
        process!.WaitForExit();
        return process.ExitCode;
    }
}
