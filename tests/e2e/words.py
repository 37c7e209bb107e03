"""The words that stand on the pages: the integration's own as it translates them, and labels of Home Assistant."""

from typing import Any, Final

from tests.documents import translations

_HOME_ASSISTANT: Final = {
    "en": {
        "add": "Add",
        "add_integration": "Add integration",
        "attention": "Attention required",
        "close": "Close",
        "configure": "Configure",
        "delete": "Delete",
        "delete_nezha": "Delete Nezha?",
        "device_info": "Device info",
        "download_diagnostics": "Download diagnostics",
        "finish": "Finish",
        "history": "History",
        "menu": "Menu",
        "name_and_assign": "Name and assign",
        "no_history": "No state history found.",
        "no_repairs": "There are currently no repairs pending",
        "options_saved": "Options successfully saved.",
        "reconfigure": "Reconfigure",
        "search_brand": "Search for a brand name",
        "show_more": "Show more",
        "skip_and_finish": "Skip and finish",
        "submit": "Submit",
        "unavailable": "Unavailable",
        "unknown": "Unknown",
    },
    "zh-Hans": {
        "add": "添加",
        "add_integration": "添加集成",
        "attention": "需要注意",
        "close": "关闭",
        "configure": "配置",
        "delete": "删除",
        "delete_nezha": "删除“Nezha”？",  # noqa: RUF001 - a question mark of Chinese texts
        "device_info": "设备信息",
        "download_diagnostics": "下载诊断信息",
        "finish": "完成",
        "history": "历史",
        "menu": "菜单",
        "name_and_assign": "命名和分配",
        "no_history": "没有找到历史状态。",
        "no_repairs": "目前没有待定的修复",
        "options_saved": "选项已成功保存。",
        "reconfigure": "重新配置",
        "search_brand": "搜索品牌名称",
        "show_more": "显示更多",
        "skip_and_finish": "跳过并完成",
        "submit": "提交",
        "unavailable": "不可用",
        "unknown": "未知",
    },
}


class Words:
    """All words of one language."""

    def __init__(self, language: str) -> None:
        """Read what the integration says in a language."""
        self._ours: Final = translations(language)
        self._home_assistant: Final = _HOME_ASSISTANT[language]

    def ours(self, path: str, **placeholders: str) -> str:
        """Return a text of the integration by its place, `config.error.invalid_auth`, with its placeholders filled."""
        found: Any = self._ours
        for key in path.split("."):
            found = found[key]
        return str(found).format(**placeholders) if placeholders else str(found)

    def entity(self, key: str, **placeholders: str) -> str:
        """Return the name of an entity."""
        (name,) = {entities[key]["name"] for entities in self._ours["entity"].values() if key in entities}
        return str(name).format(**placeholders)

    def label(self, name: str) -> str:
        """Return what Home Assistant calls something."""
        return self._home_assistant[name]
