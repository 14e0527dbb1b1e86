using WebhookBot.Rules.Language;
using WebhookBot.Rules.Templates;

namespace WebhookBot.Rules.Tests.Templates;

public class HelperTableTests
{
    private static readonly string[] Blocks = ["each", "if", "unless", "with"];

    [Fact]
    public void Describes_each_helper_and_block_once() =>
        Assert.Equal(TemplateHelpers.Names.Concat(Blocks).Order(), HelperTable.All.Select(h => h.Name).Order());
}
