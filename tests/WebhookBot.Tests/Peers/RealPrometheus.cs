using System.Diagnostics;
using System.Text.Json;

namespace WebhookBot.Tests.Peers;

/// <summary>Debian's Prometheus, which watches one target and tells an Alertmanager when it is down.</summary>
public sealed class RealPrometheus : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly TemporaryFolder _folder;

    private RealPrometheus(ChildProcess process, TemporaryFolder folder) => (_process, _folder) = (process, folder);

    /// <summary>Starts it; skips the test when it is not installed.</summary>
    /// <param name="alertmanager">Whom it tells.</param>
    /// <param name="target">What it watches, as the job <c>shop</c>.</param>
    /// <param name="alert">The name of the alert that fires while the target is down.</param>
    /// <param name="summary">What that alert says.</param>
    public static async Task<RealPrometheus> StartAsync(Uri alertmanager, Uri target, string alert, string summary)
    {
        var program = Requires.Tool("prometheus");
        var folder = new TemporaryFolder();
        try
        {
            var rules = folder.Write("rules.yml", Rules(alert, summary));
            var config = folder.Write("prometheus.yml", Config(rules, alertmanager, target));
            var (process, _) = await ChildProcess.StartServerAsync(
                address => ChildProcess.Start(new ProcessStartInfo(program)
                {
                    ArgumentList =
                    {
                        $"--config.file={config}",
                        $"--storage.tsdb.path={Path.Combine(folder.Path, "data")}",
                        $"--web.listen-address={address.Authority}",
                    },
                }),
                "/-/ready",
                TimeSpan.FromSeconds(60));
            return new RealPrometheus(process, folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    // JSON is YAML too, and needs no quoting by hand.
    private static string Config(string rules, Uri alertmanager, Uri target) => JsonSerializer.Serialize(new
    {
        global = new { scrape_interval = "1s", evaluation_interval = "1s" },
        rule_files = new[] { rules },
        alerting = new { alertmanagers = new[] { new { static_configs = new[] { new { targets = new[] { alertmanager.Authority } } } } } },
        scrape_configs = new[] { new { job_name = "shop", static_configs = new[] { new { targets = new[] { target.Authority } } } } },
    });

    private static string Rules(string alert, string summary) => JsonSerializer.Serialize(new
    {
        groups = new[]
        {
            new
            {
                name = "shop",
                rules = new[] { new { alert, expr = "up{job=\"shop\"} == 0", labels = new { severity = "critical" }, annotations = new { summary } } },
            },
        },
    });
}
