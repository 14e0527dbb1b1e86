namespace WebhookBot.Benchmarks.Common;

/// <summary>The checkout that this program was built in.</summary>
internal static class Checkout
{
    /// <summary>The folder of the solution.</summary>
    /// <exception cref="DirectoryNotFoundException">The program was moved out of it.</exception>
    public static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "WebhookBot.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("run this out of a checkout");
    }
}
