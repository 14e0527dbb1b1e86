using System.Diagnostics;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Drivers;

/// <summary>What a verb said and how it ended.</summary>
internal sealed record Said(int Code, string Out, string Error)
{
    public string All => Out + Error;

    public override string ToString() => $"exit {Code}\n{Out}\n--- standard error\n{Error}";
}

/// <summary>The program as people call it, in a folder of the test's own.</summary>
internal sealed class Shell : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public TemporaryFolder Folder { get; } = new();

    /// <summary>Runs it to its end.</summary>
    public Task<Said> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs it to its end with these environment variables.</summary>
    public async Task<Said> RunAsync((string Name, string Value)[] environment, params string[] arguments)
    {
        var start = Describe(environment, arguments);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{string.Join(' ', arguments)} did not end within {Patience}:\n{await output}\n{await errors}");
        }

        return new Said(process.ExitCode, await output, await errors);
    }

    /// <summary>Runs it to its end on a terminal. What it wrote there.</summary>
    public async Task<string> RunOnTerminalAsync((string Name, string Value)[] environment, params string[] arguments)
    {
        var verb = Describe(environment, arguments);
        var start = new ProcessStartInfo(Requires.Tool("script"), ["-qec", string.Join(' ', [verb.FileName, .. verb.ArgumentList]), "/dev/null"]) { WorkingDirectory = Folder.Path };
        foreach (var (name, value) in verb.Environment)
        {
            start.Environment[name] = value;
        }

        await using var terminal = ChildProcess.Start(start);
        await terminal.WaitForExitAsync(Patience);
        return terminal.Output;
    }

    /// <summary>Starts it and leaves it running.</summary>
    public ChildProcess Start((string Name, string Value)[] environment, params string[] arguments) => ChildProcess.Start(Describe(environment, arguments));

    public void Dispose() => Folder.Dispose();

    private ProcessStartInfo Describe((string Name, string Value)[] environment, string[] arguments)
    {
        var start = new ProcessStartInfo(BotProcess.DotnetHost, [Requires.Published(), .. arguments]) { WorkingDirectory = Folder.Path };
        BotProcess.ForgetHostSettings(start);
        start.Environment["TERM"] = "dumb";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
