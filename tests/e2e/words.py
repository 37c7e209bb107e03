"""The words that stand on the pages: the integration's own as it translates them, and labels of Home Assistant."""

from typing import Any, Final

from tests.documents import translations

_HOME_ASSISTANT: Final = {
    "en": {
        "add": "Add",
        "add_dashboard": "Add dashboard",
        "add_integration": "Add integration",
        "add_trigger": "Add trigger",
        "attention": "Attention required",
        "by_type": "By type",
        "close": "Close",
        "configure": "Configure",
        "create": "Create",
        "dashboard_menu": "Open dashboard menu",
        "delete": "Delete",
        "device_info": "Device info",
        "disconnected": "Disconnected",
        "download_diagnostics": "Download diagnostics",
        "edit_dashboard": "Edit dashboard",
        "finish": "Finish",
        "finish_editing": "Done",
        "history": "History",
        "import_blueprint": "Import blueprint",
        "menu": "Menu",
        "moon": "Moon",
        "name_and_assign": "Name and assign",
        "new_dashboard": "New dashboard from scratch",
        "no_history": "No state history found.",
        "no_repairs": "There are currently no repairs pending",
        "notifications": "Notifications",
        "options_saved": "Options successfully saved.",
        "preview": "Preview",
        "raw_editor": "Raw configuration editor",
        "really_delete": "Delete {}?",
        "reconfigure": "Reconfigure",
        "reload": "Reload",
        "save": "Save",
        "saved": "Saved",
        "search_brand": "Search for a brand name",
        "show_more": "Show more",
        "skip_and_finish": "Skip and finish",
        "submit": "Submit",
        "title": "Title",
        "traces": "Traces",
        "unavailable": "Unavailable",
        "unknown": "Unknown",
        "url": "URL",
    },
    "zh-Hans": {
        "add": "添加",
        "add_dashboard": "添加仪表盘",
        "add_integration": "添加集成",
        "add_trigger": "添加触发条件",
        "attention": "需要注意",
        "by_type": "按类型",
        "close": "关闭",
        "configure": "配置",
        "create": "创建",
        "dashboard_menu": "打开仪表盘菜单",
        "delete": "删除",
        "device_info": "设备信息",
        "disconnected": "已断开",
        "download_diagnostics": "下载诊断信息",
        "edit_dashboard": "编辑仪表盘",
        "finish": "完成",
        "finish_editing": "完成",
        "history": "历史",
        "import_blueprint": "导入蓝图",
        "menu": "菜单",
        "moon": "月相",
        "name_and_assign": "命名和分配",
        "new_dashboard": "从新建仪表盘开始",
        "no_history": "没有找到历史状态。",
        "no_repairs": "目前没有待定的修复",
        "notifications": "通知",
        "options_saved": "选项已成功保存。",
        "preview": "预览",
        "raw_editor": "原始配置编辑器",
        "really_delete": "删除“{}”？",  # noqa: RUF001 - a question mark of Chinese texts
        "reconfigure": "重新配置",
        "reload": "重新加载",
        "save": "保存",
        "saved": "已保存",
        "search_brand": "搜索品牌名称",
        "show_more": "显示更多",
        "skip_and_finish": "跳过并完成",
        "submit": "提交",
        "title": "标题",
        "traces": "跟踪",
        "unavailable": "不可用",
        "unknown": "未知",
        "url": "网址",
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
