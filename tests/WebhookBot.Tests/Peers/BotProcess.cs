using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace WebhookBot.Tests.Peers;

/// <summary>The published bot as a process of its own, for what only a real process shows: being killed, restarted, asked to stop.</summary>
public sealed class BotProcess : IAsyncDisposable
{
    /// <summary>
    /// The host these tests run on. A "dotnet" on the path may be a script, and a signal would end the script and not the bot.
    /// </summary>
    public static readonly string DotnetHost =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private readonly ChildProcess _process;

    private BotProcess(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
        Client = new HttpClient { BaseAddress = address };
    }

    public Uri Address { get; }

    /// <summary>Its base address is the bot.</summary>
    public HttpClient Client { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Standard output and standard error so far.</summary>
    public string Output => _process.Output;

    /// <summary>Starts the bot and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time; the message has its output.</exception>
    public static async Task<BotProcess> StartAsync(BotOptions options)
    {
        var dll = Requires.Published();
        var shim = options.FlushDelay is null ? null : Requires.FsyncShim();
        ChildProcess Start(Uri address) => ChildProcess.Start(Describe(options, dll, shim, address));

        if (options.Address is null)
        {
            var (process, address) = await ChildProcess.StartServerAsync(Start, "/readyz", options.ReadyWithin);
            return new BotProcess(process, address);
        }

        var child = Start(options.Address);
        try
        {
            await child.WaitUntilReadyAsync(new Uri(options.Address, "/readyz"), options.ReadyWithin);
            return new BotProcess(child, options.Address);
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>SIGTERM, and waits until it has ended by itself. Gives the exit code.</summary>
    /// <exception cref="TimeoutException">It is still running.</exception>
    public Task<int> StopAsync(TimeSpan within)
    {
        _process.Terminate();
        return _process.WaitForExitAsync(within);
    }

    /// <summary>SIGSTOP, as when its machine is suspended: time goes on and it does nothing until <see cref="Resume"/>.</summary>
    public void Pause() => _process.Pause();

    /// <summary>SIGCONT.</summary>
    public void Resume() => _process.Resume();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
    }

    private static ProcessStartInfo Describe(BotOptions options, string dll, string? shim, Uri address)
    {
        var start = new ProcessStartInfo(DotnetHost)
        {
            ArgumentList = { dll, "run", "--rules", options.Rules, "--data", options.Data, "--urls", address.GetLeftPart(UriPartial.Authority) },
            // Where appsettings.json is looked for, as in the container.
            WorkingDirectory = Path.GetDirectoryName(dll),
        };

        ForgetHostSettings(start);
        foreach (var (key, value) in options.Settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        if (shim is not null)
        {
            start.Environment["LD_PRELOAD"] = shim;
            start.Environment["FSYNC_DELAY_US"] = options.FlushDelay!.Value.TotalMicroseconds.ToString("F0", CultureInfo.InvariantCulture);
        }

        return start;
    }

    /// <summary>Takes away what the developer's shell has set, so that the outcome does not hang on it.</summary>
    internal static void ForgetHostSettings(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(IsHostSetting).ToList())
        {
            start.Environment.Remove(name);
        }
    }

    private static bool IsHostSetting(string name) =>
        name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.Equals("DOTNET_ENVIRONMENT", StringComparison.OrdinalIgnoreCase)
        || name.Equals("URLS", StringComparison.OrdinalIgnoreCase);
}
