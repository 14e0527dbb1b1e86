namespace WebhookBot.Journal.LiteDb;

/// <summary>Where the journal's files are.</summary>
internal static class JournalPaths
{
    public static string LogFolder(JournalOptions options)
    {
        var path = Path.GetFullPath(options.Path);
        return Path.Combine(Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path));
    }

    public static string Index(JournalOptions options) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.Path))!, "index.db");

    public static string Running(JournalOptions options) => Path.Combine(LogFolder(options), "running");

    /// <exception cref="IOException">Another process holds it.</exception>
    public static FileStream Lock(JournalOptions options)
    {
        var path = Path.Combine(LogFolder(options), "lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new IOException($"The journal in {LogFolder(options)} is used by another process; two cannot share it.", exception);
        }
    }
}
