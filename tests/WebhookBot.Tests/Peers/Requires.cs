using System.Diagnostics;

namespace WebhookBot.Tests.Peers;

/// <summary>
/// What a test needs from outside the source tree. Each member gives its path, or skips the test with the reason.
/// <c>tests/run.sh</c> installs all of it where it can.
/// </summary>
public static class Requires
{
    private const string HowToInstall = "tests/peers/install.sh installs what it can";

    private static readonly Lock ShimLock = new();

    /// <summary>A program on the path.</summary>
    public static string Tool(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? Missing($"{name} is not installed; {HowToInstall}");
    }

    /// <summary>The folder of an installed npm package.</summary>
    public static string Npm(string package)
    {
        var folder = Artifact(["node_modules", .. package.Split('/')]);
        return Directory.Exists(folder) ? folder : Missing($"the npm package {package} is not installed; {HowToInstall}");
    }

    /// <summary>The library that, preloaded into a process, makes its flushes to disk slow; compiled when that was not done yet.</summary>
    public static string FsyncShim()
    {
        var source = Repository.PathOf("tests", "peers", "fsync-shim.c");
        var library = Artifact("fsync-shim.so");
        lock (ShimLock)
        {
            if (File.GetLastWriteTimeUtc(library) >= File.GetLastWriteTimeUtc(source))
            {
                return library;
            }

            var compiler = Tool("gcc");
            Directory.CreateDirectory(Artifact());
            using var compile = Process.Start(compiler, ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"]);
            compile.WaitForExit();
            return compile.ExitCode == 0 ? library : Missing("gcc could not compile tests/peers/fsync-shim.c");
        }
    }

    /// <summary>
    /// The <c>webhookbot.dll</c> to start as a process: the published one, or the one built with these tests when that is newer.
    /// </summary>
    public static string Published()
    {
        var built = Path.Combine(AppContext.BaseDirectory, "webhookbot.dll");
        var published = Repository.PathOf("artifacts", "publish", "webhookbot.dll");
        if (File.Exists(published) && File.GetLastWriteTimeUtc(published) >= File.GetLastWriteTimeUtc(built))
        {
            return published;
        }

        return File.Exists(built) ? built : Missing("webhookbot.dll is neither published nor beside the tests");
    }

    private static string Artifact(params string[] parts) => Repository.PathOf(["artifacts", "peers", .. parts]);

    private static string Missing(string reason)
    {
        Assert.Skip(reason);
        throw new UnreachableException();
    }
}
