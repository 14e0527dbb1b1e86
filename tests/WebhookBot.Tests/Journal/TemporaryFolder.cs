namespace WebhookBot.Tests.Journal;

/// <summary>A folder of one test's own, gone after it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("wb-journal-").FullName;

    public string Journal => System.IO.Path.Combine(Path, "journal.db");

    public string Log => System.IO.Path.Combine(Path, "journal");

    public string Index => System.IO.Path.Combine(Path, "index.db");

    public string[] Segments => [.. Directory.GetFiles(Log, "*.log").Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
