namespace WebhookBot.Tests;

/// <summary>The source tree these tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder that holds <c>WebhookBot.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The absolute path of a file or folder, given relative to <see cref="Root"/>.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "WebhookBot.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds WebhookBot.sln");
    }
}
