using System.Diagnostics;
using System.Text.RegularExpressions;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests;

/// <summary>What holds for the files of the repository, whatever is in them.</summary>
public sealed partial class RepositoryTests
{
    // Written in pieces, or this file would be its own finding.
    private static readonly string[] RegistryHosts =
    [
        "nuget" + ".org", "npm" + "js.", "yarn" + "pkg.", "deb" + ".debian.org", "security" + ".debian.org", "pypi" + ".org",
        "python" + "hosted.org", "crates" + ".io", "ruby" + "gems.org", "proxy.go" + "lang.org", "repo.maven" + ".apache.org",
    ];

    [Fact]
    public void No_file_names_a_package_registry()
    {
        var found = from file in Files()
                    from host in RegistryHosts
                    where File.ReadAllText(Repository.PathOf(file)).Contains(host, StringComparison.OrdinalIgnoreCase)
                    select $"{file} names {host}";

        Assert.Empty(found);
    }

    // The Web SDK would run it in the project's folder, where there are no rules: the README's first command found none.
    [Fact]
    public void The_bot_runs_in_the_folder_it_is_called_in() =>
        Assert.Contains(
            "<EnableDefaultRunWorkingDirectory>false</EnableDefaultRunWorkingDirectory>",
            File.ReadAllText(Repository.PathOf("src/WebhookBot/WebhookBot.csproj")),
            StringComparison.Ordinal);

    [Fact]
    public void The_container_is_published_by_the_command_the_tests_publish_with()
    {
        var tested = PublishCommand("tests/run.sh");

        Assert.StartsWith("dotnet publish src/WebhookBot ", tested, StringComparison.Ordinal);
        Assert.Equal(tested, PublishCommand("Dockerfile"));
    }

    [Fact]
    public void The_readme_is_short()
    {
        Assert.SkipUnless(File.Exists(Repository.PathOf("README.md")), "there is no README.md yet");

        Assert.InRange(File.ReadLines(Repository.PathOf("README.md")).Count(), 1, 149);
    }

    [Fact]
    public void No_source_file_is_longer_than_400_lines()
    {
        var tooLong = from file in Files()
                      where file.EndsWith(".cs", StringComparison.Ordinal)
                      let lines = File.ReadLines(Repository.PathOf(file)).Count()
                      where lines > 400
                      select $"{file} has {lines}";

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Every_project_has_its_packages_locked()
    {
        var projects = Files().Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(projects);
        Assert.All(projects, project => Assert.Contains(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json"), Files()));
    }

    /// <summary>All files that are in the repository or would be with the next commit.</summary>
    private static List<string> Files()
    {
        Assert.SkipUnless(Path.Exists(Repository.PathOf(".git")), "this is not a git checkout");
        using var git = Process.Start(new ProcessStartInfo(Requires.Tool("git"), ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        })!;
        var files = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. files.Where(file => File.Exists(Repository.PathOf(file)))];
    }

    private static string PublishCommand(string file)
    {
        var command = Publish().Match(File.ReadAllText(Repository.PathOf(file)));
        Assert.True(command.Success, $"{file} publishes nothing");
        return Output().Replace(command.Value, "").Trim();
    }

    [GeneratedRegex("dotnet publish [^\n]*")]
    private static partial Regex Publish();

    [GeneratedRegex(" -o [^ ]+")]
    private static partial Regex Output();
}
