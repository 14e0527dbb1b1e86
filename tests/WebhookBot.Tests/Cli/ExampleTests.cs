using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Cli;

/// <summary>The folders below <c>examples/</c> are rules as good as those that are shipped.</summary>
public sealed class ExampleTests : IDisposable
{
    private readonly Shell _shell = new();

    public static TheoryData<string> Folders => [.. Directory.GetDirectories(Repository.PathOf("examples")).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    public void Dispose() => _shell.Dispose();

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Checks_clean_and_passes_its_own_tests(string folder)
    {
        var path = Path.Combine(Repository.PathOf("examples"), folder);
        var check = await _shell.RunAsync("check", path);
        var test = await _shell.RunAsync("test", path, "--min-coverage", "100");
        Assert.True(check.Code == 0 && check.Out.Contains("no mistakes", StringComparison.Ordinal), check.ToString());
        Assert.True(test.Code == 0, test.ToString());
    }
}
