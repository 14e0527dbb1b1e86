using System.Globalization;

namespace WebhookBot.Cli;

/// <summary>Numbers of things, in words: <c>1 error</c>, <c>2 errors</c>.</summary>
internal static class Counted
{
    public static string Of(int count, string one, string? several = null) =>
        count == 1 ? $"1 {one}" : $"{count.ToString("N0", CultureInfo.InvariantCulture)} {several ?? one + "s"}";
}
