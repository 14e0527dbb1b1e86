using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WebhookBot.Benchmarks.Common;

/// <summary>
/// This program again, with another verb, on a core of its own. It is asked by lines and answers by lines, and ends when its input
/// does, so that it never outlives us.
/// </summary>
internal sealed class Child : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigStop = 19;
    private const int SigCont = 18;

    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private Child(Process process) => _process = process;

    /// <summary>Whether children can be kept on a core each.</summary>
    public static bool CanPin { get; } = OperatingSystem.IsLinux() && Environment.ProcessorCount > 1 && File.Exists("/usr/bin/taskset");

    /// <summary>The processor time it has used.</summary>
    public TimeSpan Used
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public double Megabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    /// <summary>How many files and connections it has open.</summary>
    public int Handles => Directory.GetFileSystemEntries($"/proc/{_process.Id}/fd").Length;

    /// <summary>Starts it.</summary>
    /// <param name="core">The core it is kept on.</param>
    /// <param name="environment">Variables on top of ours.</param>
    /// <param name="arguments">The verb and what follows it.</param>
    public static Child Start(int core, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        List<string> command = [Environment.ProcessPath!];
        if (Path.GetFileNameWithoutExtension(command[0]) == "dotnet")
        {
            command.Add(typeof(Child).Assembly.Location);
        }

        return Start(core, environment, Environment.CurrentDirectory, [.. command, .. arguments]);
    }

    /// <summary>Starts another program.</summary>
    public static Child Start(int? core, IReadOnlyDictionary<string, string> environment, string folder, IReadOnlyList<string> command)
    {
        List<string> words = core is not null && CanPin ? ["/usr/bin/taskset", "-c", $"{core}", .. command] : [.. command];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = folder };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new Child(Process.Start(start)!);
    }

    /// <summary>Says a line, unless it is empty, and gives the line it answers.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public async Task<string> AskAsync(string line, TimeSpan within)
    {
        if (line.Length > 0)
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync();
        }

        return await _process.StandardOutput.ReadLineAsync().WaitAsync(within)
            ?? throw new InvalidOperationException($"the child '{string.Join(' ', _process.StartInfo.ArgumentList)}' ended");
    }

    /// <summary>Reads and forgets what it says, so that it never waits for us to read it.</summary>
    public void Ignore() => _ = _process.StandardOutput.ReadToEndAsync();

    /// <summary>It does nothing at all until <see cref="Resume"/>.</summary>
    public void Pause() => Signal(SigStop);

    public void Resume() => Signal(SigCont);

    /// <summary>SIGTERM: it is asked to end. Gives the exit code.</summary>
    /// <exception cref="TimeoutException">It is still running.</exception>
    public async Task<int> StopAsync(TimeSpan within)
    {
        Signal(SigTerm);
        await _process.WaitForExitAsync().WaitAsync(within);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: it can do nothing any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(EndsWithin);
    }

    /// <summary>Ends its input, and it with that.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Resume();
            _process.StandardInput.Close();
            try
            {
                await _process.WaitForExitAsync().WaitAsync(EndsWithin);
            }
            catch (TimeoutException)
            {
                await KillAsync();
            }
        }

        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SendSignal(_process.Id, signal);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
