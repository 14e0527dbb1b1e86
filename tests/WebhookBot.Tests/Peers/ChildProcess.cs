using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace WebhookBot.Tests.Peers;

/// <summary>A program that a test runs: its output is kept, it is ended by its id, and it does not outlive the test.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Standard output and standard error so far, line by line in the order they came.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts a program without standard input.</summary>
    public static ChildProcess Start(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, line) => child.Keep(line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Keep(line.Data);
        child._process.Start();
        child._process.StandardInput.Close();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>
    /// Starts a server on a free loopback port and waits until a GET of <paramref name="readyPath"/> answers 200.
    /// </summary>
    /// <param name="start">Starts it on the address given.</param>
    /// <param name="readyPath">For example <c>/readyz</c>.</param>
    /// <param name="within">How long that may take.</param>
    /// <exception cref="InvalidOperationException">It ended, or did not answer in time; the message has its output.</exception>
    public static async Task<(ChildProcess Process, Uri Address)> StartServerAsync(
        Func<Uri, ChildProcess> start, string readyPath, TimeSpan within)
    {
        for (var tries = 1; ; tries++)
        {
            var address = new Uri($"http://127.0.0.1:{FreePort()}");
            var child = start(address);
            try
            {
                await child.WaitUntilReadyAsync(new Uri(address, readyPath), within);
                return (child, address);
            }
            catch (InvalidOperationException) when (tries < 3 && child.LostItsPort())
            {
                // The port was free when it was looked for and somebody else's when it was used.
                await child.DisposeAsync();
            }
            catch
            {
                await child.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Waits until a GET of <paramref name="url"/> answers 200.</summary>
    /// <exception cref="InvalidOperationException">The process ended, or time ran out; the message has its output.</exception>
    public async Task WaitUntilReadyAsync(Uri url, TimeSpan within)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var waited = Stopwatch.StartNew();
        var last = "no answer";
        while (waited.Elapsed < within)
        {
            if (HasExited)
            {
                await WaitForExitAsync(TimeSpan.FromSeconds(5));
                throw new InvalidOperationException($"{Describe()} ended with {_process.ExitCode} before it was ready:\n{Output}");
            }

            try
            {
                using var response = await client.GetAsync(url);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }

                last = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                last = failure.Message;
            }

            await Task.Delay(PollInterval);
        }

        throw new InvalidOperationException($"{Describe()} was not ready after {within} ({url}: {last}):\n{Output}");
    }

    /// <summary>SIGKILL: it can do nothing any more.</summary>
    public void Kill()
    {
        if (!HasExited)
        {
            _process.Kill();
        }
    }

    /// <summary>SIGINT, as Ctrl-C sends it.</summary>
    public void Interrupt() => Signal(SigInt);

    /// <summary>SIGTERM: it is asked to end.</summary>
    public void Terminate() => Signal(SigTerm);

    /// <summary>SIGSTOP: it does nothing until <see cref="Resume"/>, and time goes on.</summary>
    public void Pause() => Signal(SigStop);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal(SigCont);

    /// <summary>Waits for its end and the end of its output. Gives the exit code, 128 + the signal's number when one ended it.</summary>
    /// <exception cref="TimeoutException">It is still running.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Describe()} did not end within {within}:\n{Output}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await WaitForExitAsync(TimeSpan.FromSeconds(10));
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    private void Signal(int signal)
    {
        if (!HasExited)
        {
            _ = SendSignal(_process.Id, signal);
        }
    }

    private bool LostItsPort() => Output.Contains("address already in use", StringComparison.OrdinalIgnoreCase);

    private string Describe() => $"{Path.GetFileName(_process.StartInfo.FileName)} {string.Join(' ', _process.StartInfo.ArgumentList)}";

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.AppendLine(line);
            }
        }
    }
}
